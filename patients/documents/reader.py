"""Opens files that strangers sent: a program of its own, with little memory and time, that may die.

It runs apart from the web process (see content.py): ``python -I reader.py WHAT MADE [PAGE]``, the file on standard
input. On standard output comes one line of JSON, then the bytes of a picture where one was asked for. It knows neither
settings nor database nor keys.

- ``check application/pdf``: says how many pages it has, or why it is not taken;
- ``clean image/…``: writes a picture anew, upright and without anything a camera adds;
- ``page …``: draws one page for reading, as a JPEG.
"""

import json
import resource
import sys
import time
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

MEGA = 1024 * 1024
# Bytes of memory, seconds of the processor. A PDF that inflates without end dies of the first. A picture of 25
# megapixels takes 100 MB, and twice that as it is turned.
LIMITS = {"check": (104 * MEGA, 2), "clean": (448 * MEGA, 10), "page": (448 * MEGA, 5)}
LOOK_FOR = 0.8  # seconds for the pages of a PDF; what is not seen by then is met when a page is drawn
READING_PIXELS = 2_500_000  # A4 at 150 dots an inch has 2.2 million
SHARP = 150 / 72  # of a PDF's points
NO_PASSWORD = 4  # PDFium's number for a file that asks for one


class Refused(Exception):
    """The file is not taken; the word says why."""


def main(what: str, made: str, number: str = "0") -> int:
    """Read the file, do ``what``, and return the exit code."""
    _limit(*LIMITS[what])
    data = sys.stdin.buffer.read()
    try:
        said, picture = WORK[what](data, made, int(number))
    except Refused as refused:
        said, picture = {"why": str(refused)}, b""
    except MemoryError:
        said, picture = {"why": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + picture)
    return 0


def _limit(memory: int, seconds: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def check(data: bytes, made: str, most_pages: int) -> tuple[dict[str, Any], bytes]:
    """Count the pages of a PDF, and open each: what draws it is unpacked, its pictures are not. Raises Refused."""
    pdf = _open(data)
    count = len(pdf)
    if not count:
        raise Refused("broken")
    if count > most_pages:
        raise Refused(f"pages {count}")
    end = time.process_time() + LOOK_FOR
    for number in range(count):
        if time.process_time() > end:
            break
        _page(pdf, number).close()
    return {"pages": count}, b""


def clean(data: bytes, made: str, most_pixels: int) -> tuple[dict[str, Any], bytes]:
    """Write a picture anew. Its size is looked at before any of it is decoded. Raises Refused."""
    picture = _picture(data, most_pixels)
    upright = ImageOps.exif_transpose(picture)
    if made == "image/jpeg":
        upright = upright if upright.mode == "L" else upright.convert("RGB")
    elif upright.mode not in {"L", "RGB", "RGBA", "1"}:
        has_holes = "transparency" in upright.info or upright.mode in {"LA", "PA"}
        upright = upright.convert("RGBA" if has_holes else "L" if upright.mode.startswith("I") else "RGB")
    upright.info.clear()  # else Pillow writes colour profiles and comments along
    out = BytesIO()
    upright.save(out, "JPEG" if made == "image/jpeg" else "PNG", **({"quality": 90} if made == "image/jpeg" else {}))
    return {"pages": 1}, out.getvalue()


def page(data: bytes, made: str, number: int) -> tuple[dict[str, Any], bytes]:
    """Draw page ``number`` (from 1) for reading. Raises Refused."""
    if made == "application/pdf":
        drawn = _draw(_open(data), number - 1, READING_PIXELS)
    else:
        picture = _picture(data, READING_PIXELS * 100)  # it was cleaned when it came
        longest = max(1, int((READING_PIXELS * max(picture.size) / min(picture.size)) ** 0.5))
        picture.thumbnail((longest, longest))
        drawn = _on_white(picture)
    out = BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return {}, out.getvalue()


WORK = {"check": check, "clean": clean, "page": page}


def _picture(data: bytes, most_pixels: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own bound is the next line but one
    try:
        picture = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
        if picture.width * picture.height > most_pixels:
            raise Refused("pixels")
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError) as error:  # what its decoders raise
        raise Refused("broken") from error
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused("locked" if getattr(error, "err_code", None) == NO_PASSWORD else "broken") from error


def _page(pdf: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    try:
        return pdf[number]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise Refused("broken") from error


def _draw(pdf: pypdfium2.PdfDocument, number: int, pixels: int) -> Image.Image:
    """Draw a page with at most ``pixels``, however large its paper is said to be."""
    sheet = _page(pdf, number)
    width, height = (max(side, 1) for side in sheet.get_size())
    scale = min(SHARP, (pixels / (width * height)) ** 0.5)
    if max(width, height) * scale > pixels / 100 or min(width, height) * scale < 1:
        raise Refused("broken")  # a thread of paper
    try:
        return sheet.render(scale=scale).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Refused("broken") from error


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
