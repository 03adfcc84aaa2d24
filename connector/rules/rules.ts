/** When messages of one session may leave: its pace, and what WhatsApp keeps it from. */
import type { Settings } from '#core/session.ts'
import type { Rules } from '../socket/index.ts'
import { Pacer, type PacerParts } from './pacer.ts'
import type { Restriction } from './restriction.ts'

type Parts = Pick<PacerParts, 'now' | 'random'> & {
  settings(): Pick<Settings, 'pacing' | 'onRestriction'>
  restriction: Restriction
}

export function rulesOf({ settings, restriction, now, random }: Parts): Rules {
  const pacer = new Pacer({ pacing: () => settings().pacing, now, random })
  return {
    verdict(isTrusted) {
      if (!restriction.isOn || isTrusted()) return 'go'
      return settings().onRestriction
    },
    pause: () => pacer.pause(),
    ahead: (others) => pacer.ahead(others),
    left: () => pacer.left(),
    typing: (characters) => pacer.typing(characters),
    learned: (standing) => restriction.learned(standing),
    refused: (ask) => restriction.refused(ask),
  }
}
