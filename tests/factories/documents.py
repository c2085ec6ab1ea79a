"""Files as people send them, and files nobody should send. No word in them is about anybody."""

import zlib
from io import BytesIO

import pypdfium2
from PIL import Image

from patients.documents import actions
from patients.documents.enums import Kind
from tests.factories.people import NOW

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(pages=1, width=595, height=842):
    """A PDF of empty pages."""
    made, out = pypdfium2.PdfDocument.new(), BytesIO()
    for _ in range(pages):
        made.new_page(width, height)
    made.save(out)
    return out.getvalue()


def own_pdf(*objects, root=b"<< /Type /Catalog /Pages 2 0 R >>", trailer=b""):
    """A PDF written by hand: object 1 is the root, 2 the first of ``objects``."""
    out = b"%PDF-1.7\n"
    for number, body in enumerate([root, *objects], 1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + b"trailer\n<< /Root 1 0 R /Size %d %s >>\n%%%%EOF\n" % (len(objects) + 2, trailer)


def drawn_pdf(content, coding=b"", more=b""):
    """A PDF of one page that is drawn by ``content``."""
    return own_pdf(
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d %s %s >>\nstream\n%s\nendstream" % (len(content), coding, more, content),
    )


def deflated(size, times=1):
    """Bytes that inflate to ``size`` spaces (a whole number of millions), packed ``times`` times."""
    million, packer = b" " * 1_000_000, zlib.compressobj(9)
    # After a full flush nothing is known of what went before: the second piece may be there as often as one likes.
    first, next_one = (packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    end, check = zlib.compressobj(9, zlib.DEFLATED, -15).flush(), 1
    for _ in range(size // 1_000_000):
        check = zlib.adler32(million, check)
    packed = first + next_one * (size // 1_000_000 - 1) + end + check.to_bytes(4)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


def locked_pdf():
    """A PDF that asks for a password (the standard handler with a key of nonsense)."""
    key = b"<" + b"41" * 32 + b">"
    encrypt = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O %s /U %s >>" % (key, key)
    return own_pdf(
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        encrypt,
        trailer=b"/Encrypt 4 0 R /ID [<00112233> <00112233>]",
    )


def picture(kind="JPEG", size=(60, 40), mode="RGB", color="red", **more):
    """A picture in one colour."""
    out = BytesIO()
    Image.new(mode, size, color).save(out, kind, **more)
    return out.getvalue()


def huge_png(side=50_000):
    """A PNG that says it is 50,000 by 50,000, and is some KB."""

    def chunk(name, body):
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = side.to_bytes(4) + side.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", deflated(100_000_000)) + chunk(b"IEND", b"")


def kept(patient, name="letter.pdf", kind=Kind.LETTER, data=None, by=None, at=NOW):
    """A document that was added."""
    return actions.add(patient, kind, name, pdf() if data is None else data, by=by or patient.user, at=at)
