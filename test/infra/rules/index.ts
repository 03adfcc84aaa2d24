/** Every rule that an evaluation is held to, by the sentence that it keeps. */
import { SECRETS } from '../variants.ts'
import {
  policiesFit,
  rolesHaveReason,
  rolesNameTheirActions,
  rolesStayInTheirStage,
  rolesTrustOneService,
} from './access.ts'
import {
  alarmsAreExplained,
  alarmsReachSomebody,
  alarmsWatchWhatExists,
  dashboardsAreWellFormed,
  nothingGoesUnwatched,
} from './alarms.ts'
import { bucketsArePrivate } from './buckets.ts'
import { rolesCoverTheirCode } from './calls.ts'
import { environmentIsWhatIsRead, secretsStayHidden } from './configuration.ts'
import {
  connectorHasTimeToDrain,
  connectorScales,
  containersAreClosed,
  deploysRoll,
  imagesCanBeBuilt,
  nobodyPaysForNat,
} from './connector.ts'
import { apiAnswersInTime, functionsAreBuilt, functionsRunAsMeasured, logsAreKept } from './functions.ts'
import { consumersAreSafe, deadLettersOfTheSameKind, queuesAreEncrypted, queuesAsDeclared } from './queues.ts'
import { contentIsOpenedByReaders } from './sealed.ts'
import { siteIsClosed } from './site.ts'
import { namesTellStagesApart, productionIsKept } from './stages.ts'
import { tablesAsDeclared, tablesKeepData } from './tables.ts'
import type { Rule } from './view.ts'

export const RULES: Record<string, Rule> = {
  'tables are as core declares them': tablesAsDeclared,
  'tables keep what is in them': tablesKeepData,
  'queues are as core declares them': queuesAsDeclared,
  'dead letters go to a queue of the same kind': deadLettersOfTheSameKind,
  'queues are encrypted': queuesAreEncrypted,
  'consumers take their time, and fail one message at a time': consumersAreSafe,
  'buckets are private and forget': bucketsArePrivate,
  'roles trust one service': rolesTrustOneService,
  'roles name their actions': rolesNameTheirActions,
  'roles stay in their stage': rolesStayInTheirStage,
  'roles are used': rolesHaveReason,
  'roles cover what their code calls': rolesCoverTheirCode,
  'policies fit into IAM': policiesFit,
  'functions are built, within their budgets': functionsAreBuilt,
  'functions run as they were measured': functionsRunAsMeasured,
  'the API answers while somebody waits': apiAnswersInTime,
  'logs are kept, and not for ever': logsAreKept,
  'each part gets what it reads': environmentIsWhatIsRead,
  'secrets stay hidden': secretsStayHidden(SECRETS),
  'who reads what encrypted sessions say can open it, and nobody else': contentIsOpenedByReaders,
  'containers are closed': containersAreClosed,
  'the connector has time to drain': connectorHasTimeToDrain,
  'deploys roll': deploysRoll,
  'the connector scales on sessions and CPU': connectorScales,
  'images can be built': imagesCanBeBuilt,
  'nobody pays for a NAT, a balancer or a zone': nobodyPaysForNat,
  'alarms reach somebody': alarmsReachSomebody,
  'alarms are explained': alarmsAreExplained(),
  'alarms watch what exists': alarmsWatchWhatExists,
  'nothing goes unwatched': nothingGoesUnwatched,
  'the dashboard is well formed': dashboardsAreWellFormed,
  'the site is closed, and the API behind it never cached': siteIsClosed,
  'production is kept': productionIsKept,
  'names tell stages apart': namesTellStagesApart,
}
