"""The tables of the stand-in's memory, and how a file of an older day gets the columns it lacks."""

import sqlite3

TABLES = """
CREATE TABLE IF NOT EXISTS kept (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS hosted_form (
    token_digest TEXT PRIMARY KEY,
    issued_at TEXT NOT NULL,
    opened_at TEXT,
    paid_trans_id TEXT,
    ask BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS profile_token (
    token_digest TEXT PRIMARY KEY,
    issued_at TEXT NOT NULL,
    customer_profile_id TEXT NOT NULL,
    settings BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS gateway_transaction (
    trans_id TEXT PRIMARY KEY CHECK (trans_id NOT GLOB '*[^0-9]*'),
    submitted_at TEXT NOT NULL,
    transaction_type TEXT NOT NULL,
    status TEXT NOT NULL,
    response_code INTEGER NOT NULL,
    reason_code INTEGER NOT NULL,
    reason TEXT NOT NULL,
    auth_code TEXT NOT NULL,
    avs TEXT NOT NULL,
    cvv TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
    card_masked TEXT NOT NULL CHECK (length(card_masked) = 8 AND card_masked LIKE 'XXXX%'),
    card_brand TEXT NOT NULL,
    invoice_number TEXT NOT NULL,
    description TEXT NOT NULL,
    ref_id TEXT NOT NULL,
    ref_trans_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    zip_code TEXT NOT NULL,
    settled_at TEXT,
    batch_id TEXT NOT NULL DEFAULT '',
    ready_at TEXT NOT NULL DEFAULT '',
    settle_cents INTEGER,
    fingerprint TEXT NOT NULL DEFAULT '',
    filters BLOB NOT NULL DEFAULT x'5b5d',
    customer_profile_id TEXT NOT NULL DEFAULT '',
    payment_profile_id TEXT NOT NULL DEFAULT '',
    network_trans_id TEXT NOT NULL DEFAULT '',
    parts BLOB NOT NULL DEFAULT x'7b7d'
) STRICT;
CREATE INDEX IF NOT EXISTS transaction_by_time ON gateway_transaction (submitted_at);
CREATE INDEX IF NOT EXISTS transaction_by_invoice ON gateway_transaction (invoice_number);
CREATE INDEX IF NOT EXISTS transaction_by_origin ON gateway_transaction (ref_trans_id) WHERE ref_trans_id <> '';
CREATE TABLE IF NOT EXISTS batch (
    batch_id TEXT PRIMARY KEY,
    settled_at TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS customer_profile (
    customer_profile_id TEXT PRIMARY KEY,
    merchant_customer_id TEXT NOT NULL,
    description TEXT NOT NULL,
    email TEXT NOT NULL,
    profile_type TEXT NOT NULL,
    UNIQUE (merchant_customer_id, description, email)
) STRICT;
CREATE TABLE IF NOT EXISTS payment_profile (
    payment_profile_id TEXT PRIMARY KEY,
    customer_profile_id TEXT NOT NULL REFERENCES customer_profile ON DELETE CASCADE,
    customer_type TEXT NOT NULL,
    bill_to BLOB NOT NULL,
    card_masked TEXT NOT NULL CHECK (length(card_masked) = 8 AND card_masked LIKE 'XXXX%'),
    card_brand TEXT NOT NULL,
    expiry TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0,
    network_trans_id TEXT NOT NULL DEFAULT '',
    network_cents INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS shipping_address (
    address_id TEXT PRIMARY KEY,
    customer_profile_id TEXT NOT NULL REFERENCES customer_profile ON DELETE CASCADE,
    address BLOB NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS webhook (
    webhook_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notification (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id TEXT NOT NULL UNIQUE,
    webhook_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_date TEXT NOT NULL,
    body BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Pending', 'RetryPending', 'Delivered', 'Failed')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS notification_due ON notification (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS delivery_try (
    notification_id TEXT NOT NULL,
    tried_at TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
"""
# Columns that came later; each with a default, so that older rows stay true.
LATER_COLUMNS = (
    ("gateway_transaction", "ready_at", "TEXT NOT NULL DEFAULT ''"),
    ("gateway_transaction", "settle_cents", "INTEGER"),
    ("gateway_transaction", "fingerprint", "TEXT NOT NULL DEFAULT ''"),
    ("gateway_transaction", "filters", "BLOB NOT NULL DEFAULT x'5b5d'"),
    ("gateway_transaction", "customer_profile_id", "TEXT NOT NULL DEFAULT ''"),
    ("gateway_transaction", "payment_profile_id", "TEXT NOT NULL DEFAULT ''"),
    ("gateway_transaction", "network_trans_id", "TEXT NOT NULL DEFAULT ''"),
    ("gateway_transaction", "parts", "BLOB NOT NULL DEFAULT x'7b7d'"),
)


def create_tables(connection: sqlite3.Connection) -> None:
    """Every table is there with every column, whatever the file's age."""
    connection.executescript(TABLES)
    for table, column, kind in LATER_COLUMNS:
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        if column not in there:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    connection.execute("UPDATE gateway_transaction SET ready_at = submitted_at WHERE ready_at = ''")
