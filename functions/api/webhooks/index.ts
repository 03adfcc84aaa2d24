/** Everything about webhooks, of a session and of the account. */
import { webhookDeliveries } from './deliveries.ts'
import { manageWebhooks } from './manage.ts'
import { SCOPES } from './scope.ts'

export const webhooks = SCOPES.flatMap((scope) => [manageWebhooks(scope), webhookDeliveries(scope)])
