"""Plain formats: an e-mail with a purchase order attached, a meter reading as CSV, a manual as Markdown."""

import csv
import tempfile
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

from .paper import gap, heading, plain, ruled, text, title, write

BODY = """\
Hello Priya,

as agreed on the phone, attached is our purchase order PO-7714 for the eleven
replacement inverters. Please confirm the delivery week; the crane is booked
for 22 September and we would rather not move it.

The access road is closed to lorries over 18 tonnes until the end of August.

Kind regards
Daniel Osei
Procurement, Fenland Community Energy
"""

MANUAL = """\
# Irrigation controller: operating manual

## Safety

Switch off the mains before opening the housing. The condenser holds its charge for two minutes.

## First start

1. Connect the valve cables to terminals 1 to 8.
2. Turn the knob to **SETUP** and choose the region.
3. Set clock and date; the backup battery keeps them for 60 days.

## Restarting the pump after a power cut

The controller does not start the pump by itself after the electricity has failed. Hold **RESET** for five seconds until
the green lamp blinks, then wait for the pressure gauge to show 2.5 bar before opening a valve.

## Fault codes

| Code | Meaning | Remedy |
|------|---------|--------|
| E1 | No water | Check the inlet filter and the float switch |
| E2 | Overcurrent | The impeller is blocked; clean the pump |
| E4 | Sensor lost | Replace the soil probe or its cable |

## Winter

Drain the pipes before the first frost and store the controller above 0 degrees Celsius.
"""


def purchase_order(path: Path) -> None:
    story = [
        text("<b>Fenland Community Energy</b>", "2 Lock House, Ely CB7 4AU"),
        title("Purchase Order"),
        plain(
            [
                ("Purchase order number:", "PO-7714"),
                ("Order date:", "24 July 2025"),
                ("Requested delivery:", "15 September 2025"),
            ],
            (48, 60),
        ),
        heading("Supplier"),
        text("Helion Power Electronics BV", "Havenweg 90, 3089 JK Rotterdam"),
        ruled(
            [
                ("Item", "Quantity", "Unit price", "Amount"),
                ("String inverter SX-100, 100 kW", "11", "€16,200.00", "€178,200.00"),
                ("Commissioning on site, days", "4", "€1,450.00", "€5,800.00"),
            ],
            (78, 18, 32, 38),
        ),
        gap(4),
        plain([("Order total", "€184,000.00")], (40, 38), right=True),
        text("Ship to: Saltmarsh East, Gate 2, Wisbech PE14 8RD. Payment 30 days after acceptance."),
    ]
    write(path, story, name="Purchase Order PO-7714")


def mail(folder: Path) -> None:
    message = EmailMessage()
    message["From"] = "Daniel Osei <daniel.osei@example.org>"
    message["To"] = "Priya Raman <priya.raman@example.org>"
    message["Subject"] = "Purchase order PO-7714 for the replacement inverters"
    message["Date"] = "Thu, 24 Jul 2025 10:12:00 +0100"
    message["Message-ID"] = "<po-7714@example.org>"
    message.set_content(BODY)
    with tempfile.TemporaryDirectory() as scratch:
        order = Path(scratch, "purchase-order.pdf")
        purchase_order(order)
        message.add_attachment(order.read_bytes(), maintype="application", subtype="pdf", filename="PO-7714.pdf")
    message.set_boundary("docstream-sample-boundary")
    (folder / "mail-purchase-order.eml").write_bytes(message.as_bytes())


def readings(folder: Path) -> None:
    """Three weeks of two water meters, in cubic metres."""
    with (folder / "water-meter-readings.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("date", "meter", "building", "reading_m3"))
        for day in range(21):
            when = date(2025, 5, 5) + timedelta(days=day)
            table.writerow((when, "WM-2207", "Greenhouse A", f"{1840 + day * 3.7:.1f}"))
            table.writerow((when, "WM-2208", "Greenhouse B", f"{2911 + day * 5.2 + (day % 3) * 0.4:.1f}"))


def manual(folder: Path) -> None:
    (folder / "manual-irrigation-controller.md").write_text(MANUAL, encoding="utf-8")


MAKERS = (mail, readings, manual)
