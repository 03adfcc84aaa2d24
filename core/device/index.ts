/** Durable state of linked devices: the interface, the store in DynamoDB, and one in memory for tests and benches. */
export { type DynamoDeviceOptions, dynamoDevice } from './dynamo.ts'
export { keyPair } from './key-pair.ts'
export { type MemoryDeviceOptions, type MemoryDisk, memoryDevice, memoryDisk } from './memory.ts'
export { deviceSeal, type Seal, Unreadable } from './seal.ts'
export { type DeviceStore, Fenced, type Group, type Opened, type RowKey } from './store.ts'
export type { Measured } from './table.ts'
