/** The main settings of a session. What is not here can be set by the API. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { SessionDetails } from '../api/types.ts'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Check, Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'

export function SettingsForm({ session, onSaved }: { session: SessionDetails; onSaved: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(session))
  const [isSaved, setSaved] = useState(false)
  const change = (part: Partial<Draft>) => {
    setSaved(false)
    setDraft((before) => ({ ...before, ...part }))
  }
  const save = useAction(async (api) => {
    await api.put(at`/api/sessions/${session.id}/settings`, changeOf(draft))
    setSaved(true)
    onSaved()
  })

  return (
    <Panel title="Settings">
      <Form label="Settings" onSubmit={() => void save.run()}>
        <Field
          label="Name"
          value={draft.name}
          onChange={(name) => change({ name })}
          required
          maxLength={100}
        />
        <Field
          label="Description"
          value={draft.description}
          onChange={(description) => change({ description })}
          maxLength={1_000}
        />
        <Check
          label="Connect again by itself"
          hint="After a lost connection."
          isOn={draft.autoReconnect}
          onChange={(autoReconnect) => change({ autoReconnect })}
        />
        <Field
          label="First pause between two attempts, in seconds"
          type="number"
          min={1}
          max={3_600}
          value={draft.reconnectSeconds}
          onChange={(reconnectSeconds) => change({ reconnectSeconds })}
          hint="It doubles with every attempt."
        />
        <Field
          label="Attempts before it gives up"
          type="number"
          min={0}
          max={1_000_000}
          value={draft.maxReconnectAttempts}
          onChange={(maxReconnectAttempts) => change({ maxReconnectAttempts })}
          hint="0 means never."
        />
        <Check
          label="Take over the history that the phone offers"
          isOn={draft.messageHistory}
          onChange={(messageHistory) => change({ messageHistory })}
        />
        <Check
          label="Make conversations"
          hint="Of what is said with single persons, with their orders and reply times."
          isOn={draft.conversations}
          onChange={(conversations) => change({ conversations })}
        />
        <Field
          label="Webhook"
          type="url"
          value={draft.webhookUrl}
          onChange={(webhookUrl) => change({ webhookUrl })}
          placeholder="https://"
          hint="Told of every event of this session. More of them, and choices, are under Webhooks."
        />
        <Field
          label="Addresses that may use it"
          value={draft.ipWhitelist}
          onChange={(ipWhitelist) => change({ ipWhitelist })}
          placeholder="203.0.113.7, 198.51.100.0/24"
          hint="Separated by commas. Empty means: from anywhere."
        />
        <Problem error={save.error} />
        <div class="row">
          <Button kind="main" submits isBusy={save.isBusy}>
            Save
          </Button>
          <span role="status">{isSaved ? 'Saved.' : ''}</span>
        </div>
      </Form>
    </Panel>
  )
}

type Draft = ReturnType<typeof draftOf>

/** As it stands in the form, where numbers and lists are text. */
const draftOf = ({ name, description, settings }: SessionDetails) => ({
  name,
  description: description ?? '',
  autoReconnect: settings.autoReconnect,
  reconnectSeconds: `${settings.reconnectInterval / 1_000}`,
  maxReconnectAttempts: `${settings.maxReconnectAttempts}`,
  messageHistory: settings.messageHistory,
  conversations: settings.conversations,
  webhookUrl: settings.webhookUrl ?? '',
  ipWhitelist: settings.ipWhitelist?.join(', ') ?? '',
})

function changeOf({ name, description, reconnectSeconds, maxReconnectAttempts, ...rest }: Draft) {
  const addresses = rest.ipWhitelist.split(/[\s,]+/).filter(Boolean)
  return {
    name: name.trim(),
    description: description.trim() || null,
    settings: {
      ...rest,
      reconnectInterval: reconnectSeconds ? Math.round(Number(reconnectSeconds) * 1_000) : null,
      maxReconnectAttempts: maxReconnectAttempts ? Number(maxReconnectAttempts) : null,
      webhookUrl: rest.webhookUrl.trim() || null,
      ipWhitelist: addresses.length > 0 ? addresses : null,
    },
  }
}
