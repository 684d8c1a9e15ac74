/** Order lines. `variant` is null when the variant was deleted or never existed (custom sale). */
export const LINE_ITEM_FIELDS = /* GraphQL */ `
  fragment LineItemFields on LineItem {
    id
    name
    sku
    quantity
    currentQuantity
    isGiftCard
    variant {
      id
    }
    originalUnitPriceSet {
      ...Money
    }
    discountAllocations {
      allocatedAmountSet {
        ...Money
      }
    }
    taxLines {
      title
      priceSet {
        ...Money
      }
    }
  }
`;

/** Removed lines are asked for on purpose: without them an edited order would lose rows for good. */
export const SHIPPING_LINE_FIELDS = /* GraphQL */ `
  fragment ShippingLineFields on ShippingLine {
    id
    title
    isRemoved
    originalPriceSet {
      ...Money
    }
    discountedPriceSet {
      ...Money
    }
    taxLines {
      title
      priceSet {
        ...Money
      }
    }
  }
`;

export const TRANSACTION_FIELDS = /* GraphQL */ `
  fragment TransactionFields on OrderTransaction {
    id
    kind
    status
    gateway
    test
    createdAt
    processedAt
    amountSet {
      ...Money
    }
  }
`;

export const REFUND_LINE_FIELDS = /* GraphQL */ `
  fragment RefundLineFields on RefundLineItem {
    id
    quantity
    lineItem {
      id
    }
    subtotalSet {
      ...Money
    }
    totalTaxSet {
      ...Money
    }
  }
`;

export const REFUND_FIELDS = /* GraphQL */ `
  fragment RefundFields on Refund {
    id
    createdAt
    processedAt
    refundLineItems(first: $refundLines) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...RefundLineFields
      }
    }
    refundShippingLines(first: $refundDetails) {
      pageInfo {
        hasNextPage
      }
      nodes {
        id
        subtotalAmountSet {
          ...Money
        }
        taxAmountSet {
          ...Money
        }
      }
    }
    orderAdjustments(first: $refundDetails) {
      pageInfo {
        hasNextPage
      }
      nodes {
        id
        reason
        amountSet {
          ...Money
        }
        taxAmountSet {
          ...Money
        }
      }
    }
    transactions(first: $refundDetails) {
      pageInfo {
        hasNextPage
      }
      nodes {
        id
        kind
        status
        amountSet {
          ...Money
        }
      }
    }
  }
`;

/** Only the shop's own currency: it is what finance and Odoo compare; the customer's currency is not stored. */
export const MONEY = /* GraphQL */ `
  fragment Money on MoneyBag {
    shopMoney {
      amount
    }
  }
`;

/**
 * One order with its children. No names, addresses, notes or tags. `$customer` and `$identity` drop the buyer where the app
 * may not see one: the client library throws a whole page away for one denied field. `$taxFields`, `$attributes` and `$billing` are asked
 * for where the RUT typed at the checkout may be.
 */
export const ORDER_FIELDS = /* GraphQL */ `
  fragment OrderFields on Order {
    id
    name
    createdAt
    processedAt
    updatedAt
    cancelledAt
    test
    edited
    displayFinancialStatus
    displayFulfillmentStatus
    sourceName
    app {
      name
    }
    taxesIncluded
    currencyCode
    customer @include(if: $customer) {
      id
      createdAt
      updatedAt
      defaultEmailAddress @include(if: $identity) {
        emailAddress
      }
      defaultPhoneNumber @include(if: $identity) {
        phoneNumber
      }
      defaultAddress @include(if: $identity) {
        city
        province
      }
    }
    email @include(if: $identity)
    phone @include(if: $identity)
    localizedFields(first: 5) @include(if: $taxFields) {
      nodes {
        key
        value
      }
    }
    customAttributes @include(if: $attributes) {
      key
      value
    }
    billingAddress @include(if: $billing) {
      company
      address2
    }
    totalPriceSet {
      ...Money
    }
    currentTotalPriceSet {
      ...Money
    }
    totalTaxSet {
      ...Money
    }
    totalTipReceivedSet {
      ...Money
    }
    totalReceivedSet {
      ...Money
    }
    totalRefundedSet {
      ...Money
    }
    lineItems(first: $lines) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...LineItemFields
      }
    }
    shippingLines(first: $shippingLines, includeRemovals: true) {
      pageInfo {
        hasNextPage
      }
      nodes {
        ...ShippingLineFields
      }
    }
    transactions(first: $transactions) {
      ...TransactionFields
    }
    transactionsCount {
      count
    }
    refunds(first: $refunds) {
      ...RefundFields
    }
    agreements(first: $agreements) {
      pageInfo {
        hasNextPage
      }
      nodes {
        reason
        sales(first: $sales) {
          pageInfo {
            hasNextPage
          }
          nodes {
            lineType
            totalAmount {
              ...Money
            }
          }
        }
      }
    }
  }
`;

/** Every fragment `OrderFields` needs, itself included. */
export const ORDER_FRAGMENTS = [
  MONEY,
  LINE_ITEM_FIELDS,
  SHIPPING_LINE_FIELDS,
  TRANSACTION_FIELDS,
  REFUND_LINE_FIELDS,
  REFUND_FIELDS,
  ORDER_FIELDS,
].join('');
