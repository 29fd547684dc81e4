"""Order tables of the requests about customer profiles (shared/reference/authorize-net.md 6)."""

from crystalcall.payments.standin.schema import Element, Group, Text
from crystalcall.payments.standin.shapes import (
    CARD_CODE,
    CUSTOMER_ADDRESS,
    CUSTOMER_TYPE,
    ENVELOPE,
    LATER_CHARGE,
    PAGING,
    PAYMENT,
    SETTINGS,
    boolean,
    number,
    one_of,
    sorting,
    text,
    unread,
)

VALIDATION = one_of("validationMode", "none", "testMode", "liveMode", "oldLiveMode", type_name="validationModeEnum")
PROFILE_TYPE = one_of("profileType", "regular", "guest", type_name="customerProfileTypeEnum")
WHO = (text("merchantCustomerId", 20), text("description", 255), text("email", 255))
PAYMENT_PROFILE = (
    one_of("customerType", *CUSTOMER_TYPE, type_name="customerTypeEnum"),
    Element("billTo", Group(CUSTOMER_ADDRESS)),
    Element("payment", PAYMENT),
    *unread("driversLicense", "taxId"),
    boolean("defaultPaymentProfile"),
    LATER_CHARGE,
    boolean("excludeFromAccountUpdater"),
)
PROFILE_ID = number("customerProfileId", required=True)
PAYMENT_PROFILE_ID = number("customerPaymentProfileId", required=True)
ADDRESS_ID = number("customerAddressId", required=True)
UNMASK = (boolean("unmaskExpirationDate"), boolean("includeIssuerInfo"))
NEW_PROFILE = Group(
    (
        *WHO,
        Element("paymentProfiles", Group(PAYMENT_PROFILE), repeated=True),
        Element("shipToList", Group(CUSTOMER_ADDRESS), repeated=True),
        PROFILE_TYPE,
    )
)
CHANGED_PAYMENT_PROFILE = Group((*PAYMENT_PROFILE, PAYMENT_PROFILE_ID))
CHANGED_ADDRESS = Group((*CUSTOMER_ADDRESS, ADDRESS_ID))

PEOPLE: dict[str, tuple[Element, ...]] = {
    "createCustomerProfileRequest": (Element("profile", NEW_PROFILE, required=True), VALIDATION),
    "createCustomerProfileFromTransactionRequest": (
        number("transId", required=True),
        Element("customer", Group(WHO)),
        number("customerProfileId"),
        boolean("defaultPaymentProfile"),
        boolean("defaultShippingAddress"),
        PROFILE_TYPE,
    ),
    "getCustomerProfileRequest": (number("customerProfileId"), *WHO[:1], WHO[2], *UNMASK),
    "getCustomerProfileIdsRequest": (),
    "updateCustomerProfileRequest": (Element("profile", Group((*WHO, PROFILE_ID, PROFILE_TYPE)), required=True),),
    "deleteCustomerProfileRequest": (PROFILE_ID,),
    "createCustomerPaymentProfileRequest": (
        PROFILE_ID,
        Element("paymentProfile", Group(PAYMENT_PROFILE), required=True),
        VALIDATION,
    ),
    "getCustomerPaymentProfileRequest": (PROFILE_ID, number("customerPaymentProfileId"), *UNMASK),
    "getCustomerPaymentProfileListRequest": (
        one_of("searchType", "cardsExpiringInMonth", type_name="CustomerPaymentProfileSearchTypeEnum", required=True),
        Element("month", Text(shape="[0-9]{4}-[0-9]{2}", type_name="gYearMonth"), required=True),
        sorting("id", type_name="CustomerPaymentProfileOrderFieldEnum"),
        PAGING,
    ),
    "updateCustomerPaymentProfileRequest": (
        PROFILE_ID,
        Element("paymentProfile", CHANGED_PAYMENT_PROFILE, required=True),
        VALIDATION,
    ),
    "deleteCustomerPaymentProfileRequest": (PROFILE_ID, PAYMENT_PROFILE_ID),
    "validateCustomerPaymentProfileRequest": (
        PROFILE_ID,
        PAYMENT_PROFILE_ID,
        number("customerShippingAddressId"),
        Element("cardCode", CARD_CODE),
        VALIDATION,
    ),
    "createCustomerShippingAddressRequest": (
        PROFILE_ID,
        Element("address", Group(CUSTOMER_ADDRESS), required=True),
        boolean("defaultShippingAddress"),
    ),
    "getCustomerShippingAddressRequest": (PROFILE_ID, number("customerAddressId")),
    "updateCustomerShippingAddressRequest": (
        PROFILE_ID,
        Element("address", CHANGED_ADDRESS, required=True),
        boolean("defaultShippingAddress"),
    ),
    "deleteCustomerShippingAddressRequest": (PROFILE_ID, ADDRESS_ID),
    "getHostedProfilePageRequest": (PROFILE_ID, Element("hostedProfileSettings", SETTINGS)),
}
PEOPLE_REQUESTS = {name: Group((*ENVELOPE, *body)) for name, body in PEOPLE.items()}
