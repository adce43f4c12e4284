"""A cleaning contract and a quarterly report of three pages."""

from pathlib import Path

from .paper import SMALL, gap, page_break, plain, prose, ruled, text, write

AGREEMENT = """\
# Service Agreement

This Service Agreement (the "Agreement") is entered into as of 1 February 2025 (the "Effective Date") by and between
<b>Marlow &amp; Finch Architects LLP</b>, 3 Priory Lane, York YO1 7HU (the "Client"), and <b>Clearview Cleaning Services
Ltd</b>, 88 Foss Road, York YO31 7TQ (the "Contractor").

## 1. Services

The Contractor shall clean the Client's offices every weekday between 18:00 and 21:00, including floors, kitchens and
sanitary rooms, and shall clean all windows inside and outside once per quarter.

## 2. Term and termination

This Agreement commences on the Effective Date and continues for a term of twenty-four (24) months. Either party may
terminate it by giving the other three months' written notice. Either party may terminate immediately if the other
commits a material breach not remedied within fourteen days.

## 3. Fees and payment

The Client shall pay a monthly fee of £1,250.00 plus VAT. The Contractor invoices at the end of each month; invoices are
payable within thirty (30) days of receipt. Late payment bears interest at 4 % above the base rate of the Bank of
England.

## 4. Confidentiality

The Contractor shall keep confidential all drawings, models and documents that its staff may see in the course of the
services, during the term and for five years after it.

## 5. Liability and insurance

The Contractor maintains public liability insurance of at least £5,000,000 and is liable for loss of keys up to the full
cost of replacing the locking system.

## 6. Governing law

This Agreement is governed by the laws of England and Wales. The courts of England and Wales have exclusive
jurisdiction.

IN WITNESS WHEREOF the parties have executed this Agreement as of the Effective Date.
"""

SUMMARY = """\
# Solar Portfolio Report, Second Quarter 2025

Prepared for the members of Fenland Community Energy by Priya Raman, Asset Management. Published 18 July 2025.

## Executive summary

The five sites of the portfolio produced 13,329 MWh between April and June 2025, 1.9 per cent more than in the same
quarter of the year before. A dry, bright May made up for an inverter failure at Saltmarsh East, which cost about 210
MWh. Revenue rose to £1.42 million because 62 per cent of the output was sold at the fixed price agreed in 2023.

## Recommendation

We recommend replacing the remaining eleven inverters of the same series at Saltmarsh East before winter. The outlay of
£184,000 is recovered in less than three years by avoided downtime.
"""

PRODUCTION = """\
## 1. Production by site

Table 1 compares installed capacity and yield. Change refers to the second quarter of 2024.
"""

YIELDS = [
    ("Site", "Capacity kW", "Yield MWh", "Change"),
    ("Kestrel Hill", "4,200", "2,914", "+6.1 %"),
    ("Old Quarry", "2,750", "1,871", "+3.4 %"),
    ("Saltmarsh East", "6,100", "3,988", "-2.7 %"),
    ("Saltmarsh West", "5,900", "4,015", "+0.9 %"),
    ("Tannery Roofs", "860", "541", "+8.8 %"),
    ("Total", "19,810", "13,329", "+1.9 %"),
]

AVAILABILITY = """\
Tannery Roofs gained most: the modules were cleaned in March for the first time in four years, and shading from two
poplars ended when the city felled them.

## 2. Availability

Technical availability was 97.3 per cent against a target of 98.5. All other sites were above the target. The failed
inverter waited nineteen days for a spare part.
"""

OUTLOOK = """\
## 3. Outlook

We expect 12,600 MWh in the third quarter. Negative wholesale prices at midday remain the main risk: in June there were
41 hours below zero, twice as many as a year ago. A battery of 8 MWh at Kestrel Hill would move output into the evening;
the grid operator has confirmed a connection for March 2026.

## 4. Method

Yields come from calibrated meters at the point of connection and are corrected for curtailment. Figures before 2024
were restated after the meter exchange at Old Quarry.
"""


def contract(folder: Path) -> None:
    signatures = [
        ("Signed for the Client", "Signed for the Contractor"),
        ("Eleanor Finch, Partner", "Tomasz Zielinski, Director"),
        ("1 February 2025", "1 February 2025"),
    ]
    story = [*prose(AGREEMENT), gap(6), plain(signatures, (80, 80))]
    write(folder / "contract-cleaning-services.pdf", story, name="Service Agreement")


def report(folder: Path) -> None:
    table = [text("Table 1: Yield by site, April to June 2025", style=SMALL), ruled(YIELDS, (60, 32, 32, 32)), gap(4)]
    story = [
        *prose(SUMMARY),
        page_break(),
        *prose(PRODUCTION),
        *table,
        *prose(AVAILABILITY),
        page_break(),
        *prose(OUTLOOK),
    ]
    write(folder / "report-solar-portfolio.pdf", story, name="Solar Portfolio Report")


MAKERS = (contract, report)
