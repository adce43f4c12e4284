import pytest

from functions.extract.fields import extract_fields

from .laid_out import page

HARBOUR_SAVINGS = """
Harbour Savings Bank                                  Statement date: 1 April 2023
Account statement                                     Page 1 of 1

Emily Carter                                          Account number   00123456
4 Wharf Road                                          Sort code        12-34-56
Bristol BS1 6TT                                       Statement period 1 March 2023 to 31 March 2023

Date          Description             Paid out    Paid in     Balance
1 Mar 2023    Balance brought forward                         1,200.00
5 Mar 2023    Salary                              500.00      1,700.00
9 Mar 2023    Rent                    249.75                  1,450.25
31 Mar 2023   Balance carried forward                         1,450.25
"""

FIRST_PRAIRIE = """
FIRST PRAIRIE BANK, N.A.                      January 05, 2022 through February 03, 2022
PO Box 1800                                   Account Number:  000012345678
Omaha, NE 68101

JOHN Q MILLER
220 SUNSET BLVD
LINCOLN NE 68501-1234

CHECKING SUMMARY                 AMOUNT
Beginning Balance                $5,234.10
Deposits and Additions           1,000.00
Electronic Withdrawals           -1,246.50
Ending Balance                   $4,987.60
"""

SPARKASSE_WESERMNDE = """
Sparkasse Wesermünde                                Kontoauszug 6/2021
Petra Lange
Lindenweg 4                                         Kontonummer 1234567
27570 Bremerhaven                                   IBAN DE89 3704 0044 0532 0130 00
                                                    Datum 30.06.2021
Buchungstag   Wertstellung   Verwendungszweck            Betrag EUR
Alter Kontostand vom 31.05.2021                              812,40 +
03.06.2021    03.06.2021     Miete                           -450,00
15.06.2021    15.06.2021     Gehalt                          672,50
Neuer Kontostand vom 30.06.2021                            1.034,90 +
"""

BANQUE_DU = """
BANQUE DU LITTORAL                                   Relevé de compte n° 5
                                                     du 01/05/2020 au 31/05/2020
M. Paul Girard
3 avenue Foch
17000 La Rochelle
Titulaire du compte : M. Paul Girard
Compte n° 00012345678

Date         Libellé                     Débit       Crédit
             Solde initial au 01/05/2020             1 500,00
04/05/2020   Loyer                       400,00
12/05/2020   Virement                                220,55
             Solde final au 31/05/2020               1 320,55
"""

MERIDIAN_BANK = """
MERIDIAN BANK LTD
Statement of Account
Account Name    : R & S Traders
Account No.     : 5010023456
Branch          : MG Road
Currency        : INR
Period          : 01-04-2023 to 30-04-2023
Opening Balance : 10,000.00

Txn Date     Narration              Withdrawal    Deposit      Balance
03-04-2023   NEFT IN                              4,000.00     14,000.00
15-04-2023   CHQ 1122               1,500.00                   12,500.00

Closing Balance : 12,500.00
"""

CAJA_RURAL = """
CAJA RURAL DEL SUR
Extracto de cuenta
Titular: Marta Gil
IBAN: ES91 2100 0418 4502 0005 1332
Periodo: 01/09/2022 - 30/09/2022
Saldo anterior        300,00 €
05/09/2022   Nómina           270,30     570,30
10/09/2022   Recibo luz       -50,00     520,30
Saldo actual          520,30 €
"""

PAGE_OF = """
                                                                              Page 1 of 1
   Statement of Account
   Period: 01 Mar 2025 to 31 Mar 2025
              MR TOMAS VILDE                                   Contact Us
              88 LAKE SQUARE
              #12-31 RIVER VIEW                                Email     help@harbourbank.example
              SINGAPORE 540888

     Account Transaction Details
     Harbour One Account 375-908-221-6

     Date       Description                 Withdrawals    Deposits    Balance
                                            SGD            SGD         SGD

                BALANCE B/F                                            500.00

     02 Mar     CARD PURCHASE               24.80                      475.20
                01 MAR 6021 4453107
     04 Mar     TRANSFER IN                                120.00      595.20
                PIB2503041188220049
                Total (SGD)                 24.80          120.00      595.20
"""

OAK_BANK = """
                                                      Oak Bank
                                                      65 Church Street, Oak Centre
                                                      Singapore 049513

  JANE LIM                                            STATEMENT OF ACCOUNT
  12 MAPLE AVENUE                                                Page 1 of 1
  #08-21
  SINGAPORE 456789

  360 ACCOUNT                                         01 SEP 2024 TO 30 SEP 2024
  Account No. 987654321098
  Transaction    Value
  Date           Date      Description     Cheque     Withdrawal    Deposit    Balance
                           BALANCE B/F                                         10,000.00
  03 SEP         03 SEP    FAST PAYMENT               12.50                    9,987.50
  05 SEP         05 SEP    SALARY CREDIT                            3,500.00   13,487.50
                           BALANCE C/F                                         13,487.50
"""

PO_BOX = """
P.O. Box 15284
Wilmington, DE 19850
                                                       Customer service information

                                                       1.888.555.0199
MARCUS ELLIS                                           ashlandbank.example
482 MAPLEWOOD LN APT 7
ASHEVILLE, NC 28801-2245                               Bank of Ashland, N.A.
                                                       P.O. Box 25118
                                                       Tampa, FL 33622-5118


Your combined statement
for June 24, 2023 to July 25, 2023

Your deposit accounts          Account/plan number       Ending balance      Details on
Adv Plus Banking               5108 2276 3391            $2,715.75           Page 3
Total balance                                            $2,715.75
"""

NEUE_KREDITBANK = """
Neue Kreditbank, Lindenstr. 7-9, 10117 Berlin
Kontoauszug Nummer 008 / 2015 vom 04.09.2015 bis 01.10.2015
Kontonummer 1234567 / IBAN DE89370400440532013000
Bu.Tag Wert Wir haben für Sie gebucht Belastung in EUR Gutschrift in EUR
01.10. 01.10. Abrechnung 30.09.2015 0,15
ALTER KONTOSTAND 91,01 H EUR
NEUER KONTOSTAND 162,05 S EUR
"""

NOORDZEE_BANK = """
Noordzee Bank N.V.                        Rekeningafschrift
J. de Wit                                 Periode: 01-03-2022 t/m 31-03-2022
Kerkstraat 1                              Rekeningnummer: NL91 ABNA 0417 1643 00
1012 AB Amsterdam
Beginsaldo                                1.000,00
05-03-2022   Boodschappen      -90,00
Eindsaldo                                 910,00
"""

CITADEL_FEDERAL = """
Citadel Federal Credit Union
Account Number: XXXX-XX-4821
Statement Date: 12/31/2020
Previous Balance      $88.00
Total Deposits        $32.44
New Balance           $120.44
"""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            HARBOUR_SAVINGS,
            "en",
            {
                "bank": "Harbour Savings Bank",
                "account_holder": "Emily Carter",
                "account_number": "00123456",
                "period_start": "2023-03-01",
                "period_end": "2023-03-31",
                "opening_balance": "1200.00",
                "closing_balance": "1450.25",
                "statement_date": "2023-04-01",
            },
        ),
        (
            FIRST_PRAIRIE,
            "en",
            {
                "bank": "FIRST PRAIRIE BANK, N.A.",
                "account_holder": "JOHN Q MILLER",
                "account_number": "000012345678",
                "period_start": "2022-01-05",
                "period_end": "2022-02-03",
                "opening_balance": "5234.10",
                "closing_balance": "4987.60",
            },
        ),
        (
            SPARKASSE_WESERMNDE,
            "de",
            {
                "bank": "Sparkasse Wesermünde",
                "account_holder": "Petra Lange",
                "account_number": "1234567",
                "opening_balance": "812.40",
                "closing_balance": "1034.90",
                "statement_date": "2021-06-30",
            },
        ),
        (
            BANQUE_DU,
            "fr",
            {
                "bank": "Banque du Littoral",
                "account_holder": "M. Paul Girard",
                "account_number": "00012345678",
                "opening_balance": "1500.00",
                "closing_balance": "1320.55",
                "period_start": "2020-05-01",
                "period_end": "2020-05-31",
            },
        ),
        (
            MERIDIAN_BANK,
            "en",
            {
                "bank": "MERIDIAN BANK LTD",
                "account_holder": "R & S Traders",
                "account_number": "5010023456",
                "opening_balance": "10000.00",
                "closing_balance": "12500.00",
                "period_start": "2023-04-01",
                "period_end": "2023-04-30",
                "currency": "INR",
            },
        ),
        (
            CAJA_RURAL,
            "es",
            {
                "bank": "Caja Rural del Sur",
                "account_holder": "Marta Gil",
                "opening_balance": "300.00",
                "closing_balance": "520.30",
                "period_start": "2022-09-01",
                "period_end": "2022-09-30",
            },
        ),
        (
            PAGE_OF,
            "en",
            {
                "account_holder": "MR TOMAS VILDE",
                "account_number": "375-908-221-6",
                "period_start": "2025-03-01",
                "period_end": "2025-03-31",
                "opening_balance": "500.00",
                "closing_balance": "595.20",
                "currency": "SGD",
            },
        ),
        (
            OAK_BANK,
            "en",
            {
                "bank": "Oak Bank",
                "account_holder": "JANE LIM",
                "account_number": "987654321098",
                "period_start": "2024-09-01",
                "period_end": "2024-09-30",
                "opening_balance": "10000.00",
                "closing_balance": "13487.50",
            },
        ),
        (
            PO_BOX,
            "en",
            {
                "bank": "Bank of Ashland, N.A.",
                "account_holder": "MARCUS ELLIS",
                "account_number": "5108 2276 3391",
                "period_start": "2023-06-24",
                "period_end": "2023-07-25",
                "closing_balance": "2715.75",
            },
        ),
        (
            NEUE_KREDITBANK,
            "de",
            {
                "bank": "Neue Kreditbank",
                "account_number": "1234567",
                "period_start": "2015-09-04",
                "period_end": "2015-10-01",
                "opening_balance": "91.01",
                "closing_balance": "162.05",
            },
        ),
        (
            NOORDZEE_BANK,
            "nl",
            {
                "bank": "Noordzee Bank N.V.",
                "account_holder": "J. de Wit",
                "period_start": "2022-03-01",
                "period_end": "2022-03-31",
                "opening_balance": "1000.00",
                "closing_balance": "910.00",
            },
        ),
        (
            CITADEL_FEDERAL,
            "en",
            {
                "bank": "Citadel Federal Credit Union",
                "account_number": "XXXX-XX-4821",
                "statement_date": "2020-12-31",
                "opening_balance": "88.00",
                "closing_balance": "120.44",
            },
        ),
    ],
)
def test_a_statement_tells_bank_holder_account_period_and_balances(
    text: str, language: str, expected: dict[str, str]
) -> None:
    found = extract_fields(
        category="bank_statement", pages=[page(text)], attachments=[], corrections={}, language=language
    )
    read = {name: each["value"] for name, each in found.to_json().items() if name in expected}
    assert {name: value.casefold() for name, value in read.items()} == {
        name: value.casefold() for name, value in expected.items()
    }
    assert found.warnings == ()


NEWEST_FIRST = """
Oak Bank
Date           Description      Amount     Balance
05-09-2024     Salary           350.00     1,337.50
03-09-2024     Shop             -12.50     987.50
"""


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        (NEWEST_FIRST, "1337.50"),
        ("Oak Bank\n03-09-2024   Shop   -12.50   987.50\n05-09-2024   Salary   350.00   1,337.50", "1337.50"),
        ("Oak Bank\nClosing balance   50.00\n03-09-2024   Shop   -12.50   987.50", "50.00"),
        ("Oak Bank\nBalance   50.00\n03-09-2024   Shop   -12.50", "50.00"),
    ],
)
def test_the_closing_balance_is_labelled_or_what_the_newest_movement_leads_to(text: str, closing: str) -> None:
    found = extract_fields(category="bank_statement", pages=[page(text)], attachments=[], corrections={}).to_json()
    assert found["closing_balance"]["value"] == closing
