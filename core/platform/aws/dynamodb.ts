/**
 * DynamoDB with plain values for attributes. A transaction that has to be sent again is the same one to DynamoDB, which
 * remembers its token for ten minutes.
 */
import { randomUUID } from 'node:crypto'
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  BatchWriteCommandInput,
  BatchWriteCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteCommandInput,
  TransactWriteCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb'
import { readAnswer, writeRequest } from './document.ts'
import { type Calls, openService, type ServiceOptions } from './service.ts'

type Operations = {
  GetItem: [GetCommandInput, GetCommandOutput]
  BatchGetItem: [BatchGetCommandInput, BatchGetCommandOutput]
  Query: [QueryCommandInput, QueryCommandOutput]
  PutItem: [PutCommandInput, PutCommandOutput]
  UpdateItem: [UpdateCommandInput, UpdateCommandOutput]
  DeleteItem: [DeleteCommandInput, DeleteCommandOutput]
  BatchWriteItem: [BatchWriteCommandInput, BatchWriteCommandOutput]
  TransactWriteItems: [TransactWriteCommandInput, TransactWriteCommandOutput]
}

export type Dynamo = Calls<Operations>

export type DynamoOptions = Omit<ServiceOptions, 'name' | 'target'>

export function openDynamo(options: DynamoOptions): Dynamo {
  const service = openService({ ...options, name: 'dynamodb', target: 'DynamoDB_20120810' })
  return {
    async call(operation, input, given) {
      const token = operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID() } : {}
      const answer = await service.call(operation, { ...token, ...writeRequest(input) }, given)
      return readAnswer(answer) as never
    },
    [Symbol.dispose]: () => service[Symbol.dispose](),
  }
}
