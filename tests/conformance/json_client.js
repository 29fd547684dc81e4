// Drives the stand-in with the vendor's Node client, in JSON; runs in an environment of its own, not the project's.
//
// Use: node json_client.js BASE LOGIN KEY (with NODE_PATH at the client). Writes one JSON object of what each call said.
// Its response classes walk the lists of an answer, so an answer with lists of another shape throws here.
'use strict';

const { APIContracts, APIControllers } = require('authorizenet');

const [base, login] = process.argv.slice(2, 4);
let key = process.argv[4];
// On a transport error the client never calls back, so every call has an end of its own.
const LONGEST_MS = 20000;
const SHARED = {
  CreateCustomerProfileFromTransaction: 'CreateCustomerProfileResponse',
  GetTransactionListForCustomer: 'GetTransactionListResponse',
};

function setter(field) {
  return `set${field[0].toUpperCase()}${field.slice(1)}`;
}

// An object of the client's own type; fields are set in any order, and the client puts them into the schema's.
function filled(Type, fields) {
  const made = new Type();
  for (const [field, value] of Object.entries(fields)) made[setter(field)](value);
  return made;
}

function call(name, fields = {}) {
  const merchantAuthentication = filled(APIContracts.MerchantAuthenticationType, { transactionKey: key, name: login });
  const envelope = { refId: 'conformance-2', merchantAuthentication };
  const request = filled(APIContracts[`${name}Request`], { ...fields, ...envelope });
  const controller = new APIControllers[`${name}Controller`](request.getJSON());
  controller.setEnvironment(`${base}/xml/v1/request.api`);
  const Answer = APIContracts[SHARED[name] || `${name}Response`];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} never answered`)), LONGEST_MS);
    controller.execute(() => {
      clearTimeout(timer);
      const raw = controller.getResponse();
      if (raw.refId !== 'conformance-2') reject(new Error(`${name} does not echo refId: ${JSON.stringify(raw)}`));
      try {
        resolve(new Answer(raw));
      } catch (error) {
        reject(new Error(`${name}: the client cannot read ${JSON.stringify(raw)}: ${error.message}`));
      }
    });
  });
}

async function control(method, path, body) {
  const answer = await fetch(`${base}${path}`, { method, body: JSON.stringify(body) });
  return answer.json();
}

const code = (answer) => answer.getMessages().getMessage()[0].getCode();
const told = (answer) => answer.getTransactionResponse();
const error = (answer) => told(answer).getErrors().getError()[0].getErrorCode();

function card(cardNumber = '4111111111111111') {
  const creditCard = filled(APIContracts.CreditCardType, { cardCode: '900', expirationDate: '1235', cardNumber });
  return filled(APIContracts.PaymentType, { creditCard });
}

function address(zip = '98004') {
  return filled(APIContracts.CustomerAddressType, { zip, lastName: 'Hale', firstName: 'Zoë' });
}

function purchase(amount, { invoice = 'J-1', zip, kind = 'authCaptureTransaction', keep = false } = {}) {
  const line = filled(APIContracts.LineItemType, { unitPrice: amount, quantity: '1', name: 'Card', itemId: '20' });
  const field = filled(APIContracts.UserField, { value: 'web', name: 'channel' });
  const setting = filled(APIContracts.SettingType, { settingValue: '300', settingName: 'duplicateWindow' });
  const asked = filled(APIContracts.TransactionRequestType, {
    userFields: filled(APIContracts.TransactionRequestType.UserFields, { userField: [field] }),
    transactionSettings: filled(APIContracts.ArrayOfSetting, { setting: [setting] }),
    billTo: address(zip),
    customer: filled(APIContracts.CustomerDataType, { email: 'anna@example.org', id: 'C-1' }),
    tax: filled(APIContracts.ExtendedAmountType, { name: 'none', amount: '0.00' }),
    lineItems: filled(APIContracts.ArrayOfLineItem, { lineItem: [line] }),
    order: filled(APIContracts.OrderType, { description: 'Minutes', invoiceNumber: invoice }),
    payment: card(),
    amount,
    transactionType: kind,
  });
  if (keep) asked.setProfile(filled(APIContracts.CustomerProfilePaymentType, { createProfile: true }));
  return call('CreateTransaction', { transactionRequest: asked });
}

function on(kind, refTransId, amount, lastFour) {
  const asked = filled(APIContracts.TransactionRequestType, { refTransId, transactionType: kind });
  if (amount) asked.setAmount(amount);
  if (lastFour) {
    const creditCard = filled(APIContracts.CreditCardType, { expirationDate: 'XXXX', cardNumber: lastFour });
    asked.setPayment(filled(APIContracts.PaymentType, { creditCard }));
  }
  return call('CreateTransaction', { transactionRequest: asked });
}

const details = async (transId) => (await call('GetTransactionDetails', { transId })).getTransaction();
const status = async (transId) => (await details(transId)).getTransactionStatus();

async function money() {
  const out = {};
  const bought = told(await purchase('12.50'));
  out.bought = bought.getResponseCode();
  out.fields = bought.getUserFields().getUserField()[0].getValue();
  const shown = await details(bought.getTransId());
  out.details = [shown.getTransactionStatus(), shown.getOrder().getInvoiceNumber(), shown.getAuthAmount()];
  out.line = shown.getLineItems().getLineItem()[0].getItemId();
  out.duplicate = error(await purchase('12.50'));
  out.declined = told(await purchase('1.00', { invoice: 'J-2', zip: '46282' })).getResponseCode();
  const held = told(await purchase('2.00', { invoice: 'J-3', zip: '46299' }));
  const waiting = await call('GetUnsettledTransactionList', { status: 'pendingApproval' });
  out.held = [held.getResponseCode(), waiting.getTransactions().getTransaction()[0].getTransId() === held.getTransId()];
  out.filter = (await details(held.getTransId())).getFDSFilters().getFDSFilter()[0].getAction();
  const review = filled(APIContracts.HeldTransactionRequestType, { refTransId: held.getTransId(), action: 'decline' });
  out.reviewed = told(await call('UpdateHeldTransaction', { heldTransactionRequest: review })).getResponseCode();
  const authorized = told(await purchase('30.00', { invoice: 'J-4', kind: 'authOnlyTransaction' })).getTransId();
  out.captured = told(await on('priorAuthCaptureTransaction', authorized)).getTransId() === authorized;
  const gone = told(await purchase('3.00', { invoice: 'J-5' })).getTransId();
  await on('voidTransaction', gone);
  out.voided = await status(gone);
  return [out, bought.getTransId()];
}

async function settled(bought) {
  await control('PUT', '/_standin/clock', { advance_seconds: 86400 });
  const out = { settled: await status(bought) };
  const batches = await call('GetSettledBatchList', { includeStatistics: true });
  const batch = batches.getBatchList().getBatch()[0];
  out.statistics = batch.getStatistics().getStatistic()[0].getChargeCount();
  const paging = filled(APIContracts.Paging, { offset: 1, limit: 2 });
  const sorting = filled(APIContracts.TransactionListSorting, { orderDescending: true, orderBy: 'id' });
  const listed = await call('GetTransactionList', { paging, sorting, batchId: batch.getBatchId() });
  out.page = listed.getTransactions().getTransaction().length;
  const refund = told(await on('refundTransaction', bought, '12.00', '1111'));
  out.refunded = [refund.getResponseCode(), (await details(refund.getTransId())).getRefTransId() === bought];
  out.tooMuch = error(await on('refundTransaction', bought, '0.51', '1111'));
  const merchant = await call('GetMerchantDetails');
  out.merchant = [merchant.getCurrencies().getCurrency()[0], merchant.getProcessors().getProcessor().length];
  return out;
}

async function people() {
  const out = {};
  const kept = await purchase('5.00', { invoice: 'J-6', keep: true });
  const first = kept.getProfileResponse().getCustomerProfileId();
  const shown = (await call('GetCustomerProfile', { customerProfileId: first })).getProfile();
  const stored = shown.getPaymentProfiles()[0];
  out.kept = stored.getPayment().getCreditCard().getCardNumber();
  const paymentProfile = filled(APIContracts.PaymentProfile, { paymentProfileId: stored.getCustomerPaymentProfileId() });
  const profile = filled(APIContracts.CustomerProfilePaymentType, { paymentProfile, customerProfileId: first });
  const asked = filled(APIContracts.TransactionRequestType, {
    profile,
    amount: '7.00',
    transactionType: 'authCaptureTransaction',
  });
  const charged = told(await call('CreateTransaction', { transactionRequest: asked }));
  out.charged = charged.getResponseCode();
  const customer = filled(APIContracts.CustomerProfileBaseType, { email: 'b@example.org', merchantCustomerId: 'J-9' });
  const transId = charged.getTransId();
  const made = await call('CreateCustomerProfileFromTransaction', { customer, transId });
  const second = made.getCustomerProfileId();
  out.fromTransaction = [code(made), made.getCustomerPaymentProfileIdList().getNumericString().length];
  out.listed = (await call('GetTransactionListForCustomer', { customerProfileId: first })).getTotalNumInResultSet();
  out.ids = (await call('GetCustomerProfileIds')).getIds().getNumericString().length;
  const setting = filled(APIContracts.SettingType, {
    settingValue: 'http://127.0.0.1:8000/back/',
    settingName: 'hostedProfileReturnUrl',
  });
  const hostedProfileSettings = filled(APIContracts.ArrayOfSetting, { setting: [setting] });
  const page = await call('GetHostedProfilePage', { hostedProfileSettings, customerProfileId: first });
  out.page = page.getToken().length > 200;
  out.deleted = [];
  for (const customerProfileId of [first, second]) {
    out.deleted.push(code(await call('DeleteCustomerProfile', { customerProfileId })));
  }
  out.again = code(await call('DeleteCustomerProfile', { customerProfileId: first }));
  return out;
}

async function hosted() {
  const setting = filled(APIContracts.SettingType, {
    settingValue: JSON.stringify({ showReceipt: false, url: 'http://127.0.0.1:8000/back/' }),
    settingName: 'hostedPaymentReturnOptions',
  });
  const hostedPaymentSettings = filled(APIContracts.ArrayOfSetting, { setting: [setting] });
  const transactionRequest = filled(APIContracts.TransactionRequestType, {
    amount: '20.00',
    transactionType: 'authCaptureTransaction',
  });
  const page = await call('GetHostedPaymentPage', { hostedPaymentSettings, transactionRequest });
  const out = { page: page.getToken().length > 200 };
  out.notFound = code(await call('GetTransactionDetails', { transId: '120000000000' }));
  key = 'test-wrong';
  out.wrongKey = code(await call('AuthenticateTest'));
  return out;
}

(async () => {
  const [first, bought] = await money();
  const all = { money: first, settled: await settled(bought), people: await people(), rest: await hosted() };
  process.stdout.write(JSON.stringify(all));
})().catch((problem) => {
  process.stderr.write(`${problem.stack}\n`);
  process.exit(1);
});
