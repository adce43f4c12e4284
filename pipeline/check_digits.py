"""Numbers that can be told to be wrong by their check digits: IBANs and VAT ids; pure."""


def iban_is_valid(iban: str) -> bool:
    """ISO 7064 mod 97."""
    turned = iban[4:] + iban[:4]
    return turned.isascii() and turned.isalnum() and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def vat_id_is_valid(vat_id: str) -> bool:
    """Check digits of German, French, Belgian and Italian ids; others are taken as they are."""
    country, number = vat_id[:2], vat_id[2:]
    if not number.isdecimal():
        return True
    if country == "DE":
        return len(number) == 9 and _iso_7064_11_10(number)
    if country == "FR":
        return len(number) == 11 and (12 + 3 * (int(number[2:]) % 97)) % 97 == int(number[:2])
    if country == "BE":
        return len(number) in (9, 10) and 97 - int(number[:-2]) % 97 == int(number[-2:])
    if country == "IT":
        return len(number) == 11 and _luhn(number)
    return True


def _iso_7064_11_10(number: str) -> bool:
    product = 10
    for digit in number[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(number[-1])


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0
