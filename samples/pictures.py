"""Pictures of paper: a scanned letter and a photographed till receipt, grey, tilted and a little noisy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path(reportlab.__file__).parent / "fonts"
INK, PAPER = 40, 247
DOTS_PER_INCH = 150

LETTER = """\
Dr. Agnes Whitcombe
Orchard Cottage, Mill Lane
Ludlow SY8 1PQ

                                                        9 June 2025

The Parish Council
Town Hall, Broad Street
Ludlow SY8 1NG


Dear Members of the Council,

I am writing to thank you for mending the footbridge over the
brook behind Mill Lane so quickly after the floods in April. My
neighbours and I had feared a long detour all summer.

May I ask for one thing more: the handrail on the village side
is loose, and the planks become slippery after rain. A strip of
wire mesh would keep the older walkers among us on their feet.

I enclose a cheque for fifty pounds towards the material.

Yours faithfully,


Agnes Whitcombe"""

RECEIPT = """\
      GREEN BASKET MARKET
     41 Station Road, Oxford
     VAT No GB603841265

 Receipt 118-20931
 16/06/2025  17:21  Till 4

 Oat milk 1l           2.10
 Rye bread             3.45
 Tomatoes 0.84 kg      2.94
 Cheddar 300 g         4.60
 Coffee beans 500 g    8.95
 --------------------------
 TOTAL               £22.04
 Cash                £25.00
 Change               £2.96

  Thank you for shopping!"""


def scan(lines: Sequence[str], *, size: tuple[int, int], points: int, tilt: float, left: int) -> Image.Image:
    """Text on grey paper; size in pixels, tilt in degrees."""
    page = Image.new("L", size, PAPER)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONTS / "Vera.ttf", points)
    advance = font.getlength("0")
    for number, line in enumerate(lines):
        place, top = left + (len(line) - len(line.lstrip())) * advance * 0.62, left + number * points * 1.5
        label, amount = columns(line.strip())
        pen.text((place, top), label, font=font, fill=INK)
        pen.text((size[0] - left, top), amount, font=font, fill=INK, anchor="ra")
    return worn(page.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=PAPER))


def columns(line: str) -> tuple[str, str]:
    """A label and the amount at the right edge, where three or more spaces separate them."""
    label, _, amount = line.partition("   ")
    return label, amount.strip()


def worn(page: Image.Image) -> Image.Image:
    """Soft edges, uneven light and grain, the same each time."""
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float64)
    light = np.linspace(0, -14, soft.shape[1])[np.newaxis, :]
    grain = np.random.default_rng(20250616).normal(0, 2.5, soft.shape)
    return Image.fromarray(np.clip(soft + light + grain, 0, 255).astype(np.uint8))


def letter(folder: Path) -> None:
    page = scan(LETTER.splitlines(), size=(1240, 1754), points=25, tilt=0.7, left=130)
    page.save(folder / "letter-scanned.jpg", quality=55, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))


def receipt(folder: Path) -> None:
    page = scan(RECEIPT.splitlines(), size=(620, 860), points=26, tilt=-0.9, left=50)
    quantized = page.quantize(16)
    quantized.save(folder / "receipt-photo.png", optimize=True, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))


MAKERS = (letter, receipt)
