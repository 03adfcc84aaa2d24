/** The main settings of a session. What is not here can be set by the API. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { SessionDetails } from '../api/types.ts'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Check, Choice, Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { changeOf, type Draft, draftOf, IGNORABLE, READ_RECEIPTS } from './settings-draft.ts'

type Change = (part: Partial<Draft>) => void

export function SettingsForm({ session, onSaved }: { session: SessionDetails; onSaved: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(session))
  const [isSaved, setSaved] = useState(false)
  const change: Change = (part) => {
    setSaved(false)
    setDraft((before) => ({ ...before, ...part }))
  }
  const save = useAction(async (api) => {
    await api.put(at`/api/sessions/${session.id}/settings`, changeOf(draft, session))
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
        <Connection draft={draft} change={change} />
        <Kept draft={draft} change={change} />
        <Others draft={draft} change={change} />
        <Access draft={draft} change={change} />
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

type Part = { draft: Draft; change: Change }

const Group = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <fieldset class="group">
    <legend>{title}</legend>
    {children}
  </fieldset>
)

const Connection = ({ draft, change }: Part) => (
  <Group title="Connection">
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
    <Field
      label="Messages a minute"
      type="number"
      min={1}
      max={6_000}
      value={draft.perMinute}
      onChange={(perMinute) => change({ perMinute })}
      hint="Spreads what is sent over time. Empty means: each leaves at once."
    />
  </Group>
)

const Kept = ({ draft, change }: Part) => (
  <Group title="What is taken in">
    <Check
      label="Take over the history that the phone offers"
      hint="When it links."
      isOn={draft.messageHistory}
      onChange={(messageHistory) => change({ messageHistory })}
    />
    <Check
      label="Fetch files as they come"
      isOn={draft.autoDownload}
      onChange={(autoDownload) => change({ autoDownload })}
    />
    {Object.entries(IGNORABLE).map(([kind, label]) => (
      <Check
        key={kind}
        label={`Ignore: ${label}`}
        isOn={draft.ignore[kind as keyof typeof IGNORABLE]}
        onChange={(isOn) => change({ ignore: { ...draft.ignore, [kind]: isOn } })}
      />
    ))}
    <Check
      label="Make conversations"
      hint="Of what is said with single persons, with their orders and reply times."
      isOn={draft.conversations}
      onChange={(conversations) => change({ conversations })}
    />
    <Check
      label="Keep what is said sealed"
      hint="From now on. No conversations are made of such a session."
      isOn={draft.enableEncryption}
      onChange={(enableEncryption) => change({ enableEncryption })}
    />
  </Group>
)

const Others = ({ draft, change }: Part) => (
  <Group title="What others see">
    <Check
      label="Be shown as online"
      hint="The phone then gives no sound for new messages."
      isOn={draft.markOnline}
      onChange={(markOnline) => change({ markOnline })}
    />
    <Choice
      label="Senders see that a message was read"
      value={draft.readReceipts}
      options={READ_RECEIPTS}
      onChange={(readReceipts) => change({ readReceipts })}
    />
    <Check
      label="Reject calls"
      isOn={draft.rejectsCalls}
      onChange={(rejectsCalls) => change({ rejectsCalls })}
    />
    {draft.rejectsCalls && (
      <Field
        label="Answer to callers"
        value={draft.callReply}
        onChange={(callReply) => change({ callReply })}
        maxLength={4_096}
        hint="Written to whoever called. Empty means: nothing."
      />
    )}
  </Group>
)

const Access = ({ draft, change }: Part) => (
  <Group title="Your own systems">
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
  </Group>
)
