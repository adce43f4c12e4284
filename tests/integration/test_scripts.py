"""Scans in scripts that OCR does not know are told from those that it does, however poor these are."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from functions.extract import child
from functions.extract.child import Limits
from pipeline.pages import Page
from pipeline.reading import first_pages
from tests import papers

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
UNKNOWN = {
    "arabic": ["فاتورة رقم 2024-0815", "شركة الرياح الشمالية للتجارة", "العنوان: شارع الملك فهد، الرياض", "شكرا لكم"],
    "armenian": ["Հաշիվ ապրանքագիր 2024-0815", "Հյուսիսային քամի ընկերություն", "Հասցե՝ Երևան, Աբովյան փողոց"],
    "cyrillic": ["Счёт-фактура № 2024-0815", "Поставщик: ООО «Северный ветер»", "Адрес: г. Москва, ул. Мясницкая"],
    "georgian": ["ანგარიშ ფაქტურა 2024-0815", "კომპანია ჩრდილოეთის ქარი", "მისამართი: თბილისი, რუსთაველის"],
    "greek": ["Τιμολόγιο αριθμός 2024-0815", "Εταιρεία Βόρειος Άνεμος ΑΕ", "Διεύθυνση: Οδός Ερμού 12, Αθήνα"],
    "hebrew": ["חשבונית מס מספר 2024-0815", "חברת רוח צפונית בעמ", "כתובת: רחוב הרצל 12, תל אביב"],
}
LATIN = ["Faktura 2024-0815, Łódź", "Müller & Söhne, Königstraße 14", "Société d'Équipement, 12 rue de l'Église"]


def scan(lines: Sequence[str]) -> Image.Image:
    font = ImageFont.truetype(FONT, 30)
    page = Image.new("RGB", (900, 500), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((50, 40 + 70 * number), line, fill="black", font=font)
    return page


def warned(path: Path, known: Sequence[Page] = ()) -> list[tuple[str, int | None]]:
    limits = Limits(seconds=60)
    converted = child.convert(path, media_type="image/png", limits=limits, known=known)
    return [(warning.code, warning.page) for warning in converted.warnings if warning.code != "no-text"]


@pytest.mark.skipif(not FONT.exists(), reason="needs the package fonts-dejavu-core")
@pytest.mark.parametrize("script", sorted(UNKNOWN))
def test_a_scan_in_an_unknown_script_is_named(tmp_path: Path, script: str) -> None:
    scan(UNKNOWN[script]).save(tmp_path / "a.png")
    sample = first_pages(tmp_path / "a.png", "image/png", "a.png", chars=4000)
    assert sample.pages[0].turned == 0
    assert warned(tmp_path / "a.png") == [("script-unsupported", 1)]
    assert warned(tmp_path / "a.png", known=sample.pages) == [("script-unsupported", 1)]


@pytest.mark.skipif(not FONT.exists(), reason="needs the package fonts-dejavu-core")
@pytest.mark.parametrize("blur", [0.0, 2.0])
def test_accents_and_blur_are_no_unknown_script(tmp_path: Path, blur: float) -> None:
    scan(LATIN).filter(ImageFilter.GaussianBlur(blur)).save(tmp_path / "a.png")
    assert warned(tmp_path / "a.png") == []


def test_a_small_and_faint_scan_is_no_unknown_script(tmp_path: Path) -> None:
    page = papers.picture(["Harbour Lights Ltd., 1 Quay Street", "Invoice number 2024-0815", "Total due 1,234.50"])
    faint = page.point(lambda value: 190 + value // 4).resize((450, 250))
    faint.save(tmp_path / "a.png")
    assert warned(tmp_path / "a.png") == []
