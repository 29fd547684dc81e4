"""Why personal data may be used: a closed list, so that a new use must be declared before it can happen."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a customer agreed to when giving a field (clauses C04 and C09)."""

    ORDER_FULFILLMENT = "order_fulfillment"
    ORDER_STATUS = "order_status"
    CALL_DELIVERY = "call_delivery"
    CALL_RECORD = "call_record"
    ABUSE_PREVENTION = "abuse_prevention"
    CUSTOMER_SERVICE = "customer_service"
    PRICE_NOTICE = "price_notice"
