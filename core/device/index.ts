/** Durable state of linked devices: the interface, and the store in DynamoDB. */
export { type DeviceStore, Fenced, type Group, type Opened, type RowKey } from './store.ts'
