"""Price lists small enough to follow by eye."""

Row = tuple[str, str, str] | tuple[str, str, str, str, str, str]

HEADER = "prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s\n"
SHORT_ROW = 3

ACME = (
    ("7", "Russia", "0.30"),
    ("7495", "Russia - Moscow", "0.02"),
    ("79", "Russia - Mobile", "0.32"),
    ("44", "United Kingdom", "0.012"),
    ("447", "United Kingdom - Mobile", "0.3"),
    ("52", "Mexico", "0.01"),
)
BELL = (
    ("7", "Russia", "0.25"),
    ("7495", "Russia-Moscow", "0.021"),
    ("44", "United Kingdom", "0.013"),
    ("49", "Germany", "0.015"),
)


def deck_csv(*rows: Row) -> bytes:
    """A price list; rows of three cells are 60/60 without a fee."""
    cells = (row if len(row) > SHORT_ROW else (*row, "0", "60", "60") for row in rows)
    return (HEADER + "".join(",".join(row) + "\n" for row in cells)).encode()
