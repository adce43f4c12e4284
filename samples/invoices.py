"""Three invoices and a café receipt; the German one carries its data as Factur-X too."""

from pathlib import Path

from reportlab.lib.units import mm

from .paper import RIGHT, SMALL, gap, heading, plain, ruled, text, title, write

FACTUR_X = Path(__file__).with_name("rechnung-seidel-elektro.xml")
COLUMNS = (78, 18, 32, 38)


def english(folder: Path) -> None:
    story = [
        text("<b>Brightwater Office Supplies Ltd</b>", "14 Canal Street, Leeds LS1 4BR, United Kingdom"),
        text("VAT registration: GB721409365", style=SMALL),
        title("INVOICE"),
        plain(
            [
                ("Invoice number:", "INV-2025-0417"),
                ("Invoice date:", "17 April 2025"),
                ("Due date:", "17 May 2025"),
                ("Purchase order:", "MF-1182"),
            ],
            (38, 60),
        ),
        heading("Bill to"),
        text("Marlow &amp; Finch Architects", "Accounts Payable", "3 Priory Lane", "York YO1 7HU"),
        ruled(
            [
                ("Description", "Qty", "Unit price", "Amount"),
                ("Height-adjustable desk, oak, 160 x 80 cm", "4", "£412.00", "£1,648.00"),
                ("Task chair with lumbar support", "4", "£189.50", "£758.00"),
                ("Acoustic wall panel, felt, set of six", "3", "£74.00", "£222.00"),
                ("Delivery and assembly", "1", "£95.00", "£95.00"),
            ],
            COLUMNS,
        ),
        gap(4),
        plain(
            [("Subtotal", "£2,723.00"), ("VAT 20 %", "£544.60"), ("Total due", "£3,267.60")], (40, 38), right=True
        ),
        gap(6),
        text("Please pay within 30 days to Brightwater Office Supplies Ltd, National Westminster Bank,",
             "IBAN GB56 NWBK 6016 1309 2644 17, quoting the invoice number."),
        text("Goods remain our property until paid in full.", style=SMALL),
    ]  # fmt: skip
    write(folder / "invoice-brightwater.pdf", story, name="Invoice INV-2025-0417")


def german(folder: Path) -> None:
    story = [
        text("<b>Elektro Seidel GmbH</b>", "Gerberstraße 28, 04105 Leipzig"),
        text("USt-IdNr. DE281907651 · Amtsgericht Leipzig HRB 30417", style=SMALL),
        gap(4),
        text("Hausverwaltung Morgenstern KG", "Frau Anja Petzold", "Lindenallee 5", "04277 Leipzig"),
        title("Rechnung"),
        plain(
            [
                ("Rechnungsnummer:", "RE-2025-0882"),
                ("Rechnungsdatum:", "14.03.2025"),
                ("Leistungsdatum:", "11.03.2025"),
                ("Kundennummer:", "20417"),
                ("Fällig am:", "28.03.2025"),
            ],
            (38, 60),
        ),
        ruled(
            [
                ("Leistung", "Menge", "Einzelpreis", "Gesamt"),
                ("Austausch Zählerschrank, Objekt Lindenallee 5", "1", "1.480,00 €", "1.480,00 €"),
                ("Fehlerstromschutzschalter 40 A / 30 mA", "6", "48,50 €", "291,00 €"),
                ("Arbeitszeit Elektromeister, Stunden", "7,5", "68,00 €", "510,00 €"),
            ],
            COLUMNS,
        ),
        gap(4),
        plain(
            [("Nettobetrag", "2.281,00 €"), ("zzgl. 19 % MwSt.", "433,39 €"), ("Rechnungsbetrag", "2.714,39 €")],
            (40, 38),
            right=True,
        ),
        gap(6),
        text("Bitte überweisen Sie den Rechnungsbetrag bis zum 28.03.2025 ohne Abzug auf unser Konto",
             "IBAN DE45 1203 0000 1234 5678 90 bei der DKB Berlin."),
        text("Auf die Arbeiten gewähren wir zwei Jahre Gewährleistung.", style=SMALL),
    ]  # fmt: skip
    write(folder / "rechnung-seidel-elektro.pdf", story, name="Rechnung RE-2025-0882", xml=FACTUR_X.read_bytes())


def french(folder: Path) -> None:
    story = [
        text("<b>Atelier Moreau SARL</b>", "Menuiserie et restauration", "9 rue des Tanneurs, 69005 Lyon"),
        text("SIREN 812 345 601 - TVA FR85812345601", style=SMALL),
        title("Facture"),
        plain(
            [
                ("Facture n° :", "F2025-061"),
                ("Date de facturation :", "02/06/2025"),
                ("Date d'échéance :", "02/07/2025"),
            ],
            (42, 60),
        ),
        heading("Client"),
        text("Médiathèque de Villeurbanne", "234 cours Émile-Zola", "69100 Villeurbanne"),
        ruled(
            [
                ("Désignation", "Qté", "Prix unitaire HT", "Montant HT"),
                ("Restauration de six fenêtres à meneaux", "6", "385,00 €", "2 310,00 €"),
                ("Bibliothèque murale en chêne, sur mesure", "1", "1 940,00 €", "1 940,00 €"),
            ],
            COLUMNS,
        ),
        gap(4),
        plain(
            [("Total HT", "4 250,00 €"), ("TVA 20 %", "850,00 €"), ("Total TTC", "5 100,00 €")], (40, 38), right=True
        ),
        gap(6),
        text("Règlement par virement à 30 jours : IBAN FR14 2004 1010 0505 0001 3M02 606."),
        text("Pénalités de retard : trois fois le taux d'intérêt légal.", style=SMALL),
    ]
    write(folder / "facture-atelier-moreau.pdf", story, name="Facture F2025-061")


def receipt(folder: Path) -> None:
    """A strip of thermal paper, 80 mm wide."""
    story = [
        text("<b>HARBOUR BISTRO</b>", "Quay 7, Bristol BS1 5TX", "Tel. 0117 496 0182"),
        text("RECEIPT 004417", "Date: 08/05/2025   13:42", "Table 12   Cashier: Ines"),
        plain(
            [
                ("2 Fish of the day", "37.00"),
                ("1 Mushroom risotto", "15.50"),
                ("3 Sparkling water", "10.50"),
                ("2 Espresso", "5.60"),
            ],
            (44, 18),
            right=True,
        ),
        plain([("Subtotal", "57.17"), ("VAT 20%", "11.43"), ("TOTAL GBP", "68.60")], (44, 18), right=True),
        text("Card payment VISA **** 2291", style=RIGHT),
        text("Thank you, come again!"),
    ]
    write(folder / "receipt-harbour-bistro.pdf", story, name="Receipt 004417", size=(80 * mm, 150 * mm))


MAKERS = (english, german, french, receipt)
