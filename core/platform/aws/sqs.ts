/** SQS, with the inputs and outputs of its API as they are. A queue is called where its URL says, unless an endpoint is given. */
import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityBatchCommandOutput,
  DeleteMessageBatchCommandInput,
  DeleteMessageBatchCommandOutput,
  GetQueueAttributesCommandInput,
  GetQueueAttributesCommandOutput,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs'
import { type Calls, openService, type ServiceOptions } from './service.ts'

type Operations = {
  SendMessageBatch: [SendMessageBatchCommandInput, SendMessageBatchCommandOutput]
  ReceiveMessage: [ReceiveMessageCommandInput, ReceiveMessageCommandOutput]
  DeleteMessageBatch: [DeleteMessageBatchCommandInput, DeleteMessageBatchCommandOutput]
  ChangeMessageVisibilityBatch: [
    ChangeMessageVisibilityBatchCommandInput,
    ChangeMessageVisibilityBatchCommandOutput,
  ]
  GetQueueAttributes: [GetQueueAttributesCommandInput, GetQueueAttributesCommandOutput]
}

export type Sqs = Calls<Operations>

export type SqsOptions = Omit<ServiceOptions, 'name' | 'target'>

export function openSqs(options: SqsOptions): Sqs {
  const service = openService({ ...options, name: 'sqs', target: 'AmazonSQS' })
  return {
    async call(operation, input, given) {
      // Engines may name themselves by hosts that are no address.
      const at = options.endpoint ? undefined : new URL(input.QueueUrl ?? '').origin
      return (await service.call(operation, input, { ...given, at })) as never
    },
    [Symbol.dispose]: () => service[Symbol.dispose](),
  }
}
