import pytest

from functions.extract.fields import extract_fields

from .laid_out import page

NORTHFIELD_WATER = """
                         NORTHFIELD WATER BOARD
               12 Reservoir Lane, Northfield NF2 8QT

14 March 2019

Mrs. Ellen Brody
7 Mill Cottages
Northfield NF1 3AA

Dear Mrs. Brody,

Re: Your meter reading

We write to tell you that the reading was late.

Yours sincerely,

J. Pike
Customer Services
"""

DANIEL_OKORO = """
Daniel Okoro
55 Elm Street
Springfield, IL 62704
(217) 555-0101

June 2, 2021

Ms. Rita Chavez
Director of Admissions
Harlan College
1 College Road
Harlan, IA 51537

Dear Ms. Chavez:

I am writing to apply.

Sincerely,


Daniel Okoro
"""

STADTWERKE_EMDEN = """
Stadtwerke Emden GmbH · Hafenstraße 3 · 26721 Emden

Frau
Karin Vogel
Deichweg 12
26725 Emden
                                                      Emden, 7. November 2022

Ihre Anfrage vom 1. November

Sehr geehrte Frau Vogel,

vielen Dank für Ihr Schreiben.

Mit freundlichen Grüßen

Stadtwerke Emden GmbH
i. A. Jens Harms
"""

CLAIRE_FONTAINE = """
Claire Fontaine
8 rue des Lilas
87300 Bellac
                                             Mairie de Bellac
                                             Service de l'état civil
                                             1 place de la République
                                             87300 Bellac

                                             Bellac, le 15 janvier 2020

Objet : Demande d'acte de naissance

Madame, Monsieur,

Je vous prie de bien vouloir m'adresser un extrait.

Veuillez agréer, Madame, Monsieur, mes salutations distinguées.

Claire Fontaine
"""

MEMORANDUM = """
MEMORANDUM

TO:        Dr. T. F. Novak
FROM:      Robert L. Haines
DATE:      May 18, 1987
SUBJECT:   Field trial results

The second trial is complete.
"""

HALDEN_CHEMICAL = """
HALDEN CHEMICAL COMPANY
P.O. BOX 220
DAYTON, OHIO 45401

September 3, 1996

Mr. James Ortiz
Ortiz & Sons, Inc.
410 Pine Avenue
Toledo, Ohio 43604

Dear Jim:

Thank you for the samples.

Very truly yours,

HALDEN CHEMICAL COMPANY

W. R. Keats
Vice President
"""

LUCA_ROMERO = """
Lucía Romero Sanz
C/ Mayor 14
28013 Madrid

Banco del Norte
Departamento de Atención al Cliente
Gran Vía 20
28013 Madrid

Madrid, 23 de abril de 2018

Asunto: Cierre de cuenta

Estimados señores:

Les solicito el cierre de mi cuenta.

Atentamente,

Lucía Romero Sanz
"""

OFFICINE_BRANDI = """
Officine Brandi S.r.l.
Via Torino 5
10015 Ivrea

Spett.le
Comune di Ivrea
Piazza Vittorio 1
10015 Ivrea

Ivrea, 9 ottobre 2017

Oggetto: Richiesta di sopralluogo

Egregi Signori,

con la presente chiediamo un sopralluogo.

Distinti saluti

Marco Brandi
"""

OFFICE_OF = """
                     OFFICE OF THE MAYOR
                     CITY OF WESTBROOK

February 11, 2003

The Honorable Peter Grant
Chairman, Committee on Transport
State House
Augusta, ME 04330

Dear Chairman Grant:

I urge you to act.

Sincerely,

Anne Doyle
Mayor
"""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            NORTHFIELD_WATER,
            "en",
            {
                "sender": "Northfield Water Board",
                "recipient": "Mrs. Ellen Brody",
                "date": "2019-03-14",
                "subject": "Your meter reading",
            },
        ),
        (DANIEL_OKORO, "en", {"sender": "Daniel Okoro", "recipient": "Ms. Rita Chavez", "date": "2021-06-02"}),
        (STADTWERKE_EMDEN, "de", {"sender": "Stadtwerke Emden GmbH", "recipient": "Karin Vogel", "date": "2022-11-07"}),
        (
            CLAIRE_FONTAINE,
            "fr",
            {
                "sender": "Claire Fontaine",
                "recipient": "Mairie de Bellac",
                "date": "2020-01-15",
                "subject": "Demande d'acte de naissance",
            },
        ),
        (
            MEMORANDUM,
            "en",
            {
                "sender": "Robert L. Haines",
                "recipient": "Dr. T. F. Novak",
                "date": "1987-05-18",
                "subject": "Field trial results",
            },
        ),
        (
            HALDEN_CHEMICAL,
            "en",
            {"sender": "Halden Chemical Company", "recipient": "Mr. James Ortiz", "date": "1996-09-03"},
        ),
        (LUCA_ROMERO, "es", {"sender": "Lucía Romero Sanz", "recipient": "Banco del Norte", "date": "2018-04-23"}),
        (
            OFFICINE_BRANDI,
            "it",
            {
                "sender": "Officine Brandi S.r.l.",
                "recipient": "Comune di Ivrea",
                "date": "2017-10-09",
                "subject": "Richiesta di sopralluogo",
            },
        ),
        (OFFICE_OF, "en", {"sender": "Office of the Mayor", "recipient": "Peter Grant", "date": "2003-02-11"}),
    ],
)
def test_a_letter_tells_who_writes_to_whom_and_when(text: str, language: str, expected: dict[str, str]) -> None:
    found = extract_fields(category="letter", pages=[page(text)], attachments=[], corrections={}, language=language)
    read = {name: each["value"] for name, each in found.to_json().items() if name in expected}
    assert {name: value.casefold() for name, value in read.items()} == {
        name: value.casefold() for name, value in expected.items()
    }
    assert found.warnings == ()


@pytest.mark.parametrize("label", ["From:", "From", "FROM :"])
def test_a_memorandum_names_who_writes_behind_a_colon_or_in_a_column(label: str) -> None:
    assert sender_and_recipient(f"MEMO\n\n{label}     Robert Haines\nTo:      Tina Novak\n\nAll is well.") == (
        "Robert Haines",
        "Tina Novak",
    )


@pytest.mark.parametrize(
    "firm", ["Van Houten BV", "De Vries Consulting", "Da Silva Lda", "A Smith and Sons Ltd", "An Post Insurance"]
)
def test_a_firm_that_begins_like_a_label_writes_and_is_not_written_to(firm: str) -> None:
    letter = DANIEL_OKORO.replace("Daniel Okoro", firm)
    assert sender_and_recipient(letter) == (firm, "Ms. Rita Chavez")


def sender_and_recipient(text: str) -> tuple[str, str]:
    found = extract_fields(category="letter", pages=[page(text)], attachments=[], corrections={}).to_json()
    return found["sender"]["value"], found["recipient"]["value"]
