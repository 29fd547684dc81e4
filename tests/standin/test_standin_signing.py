"""The signature: the public vector of a community thread of 2023, and its counter-proof."""

from crystalcall.payments.standin.signing import sign

KEY = (
    "A6214F6105625D5ED957CF02E749BB440DBD4E418533D219CAD26AECD104BFFE"
    "7F47DBBE5C81927CCA484AE7722BE82CE57FB5318EDE02122277A2FE90EE68EB"
)
BODY = (
    b'{"notificationId":"570f7282-687a-42b7-903b-48e487d7694d",'
    b'"eventType":"net.authorize.payment.authcapture.created","eventDate":"2023-12-12T12:45:09.3492643Z",'
    b'"webhookId":"a585ea29-a370-495a-bd83-f9be7160f260","payload":{"responseCode":1,"avsResponse":"P",'
    b'"authAmount":1.10,"merchantReferenceId":"2M4zHFzshYBudvgIZ11B","entityName":"transaction",'
    b'"id":"120011377052"}}'
)
SIGNATURE = (
    "8E3D41B0191A9A1E668FB729F350B73C6BBB81D676070FE7CFF001CA2543ABA9"
    "1BD16A4374A0F6FA4542659728C7DAF79D7EC901FEC582FC2DA3263A2D604DCF"
)


def test_the_public_vector_is_reproduced():
    assert sign(BODY, KEY) == f"sha512={SIGNATURE}"


def test_a_body_printed_anew_has_another_signature():
    assert sign(BODY.replace(b"1.10", b"1.1"), KEY).startswith("sha512=0B0318")
