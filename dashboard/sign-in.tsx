/** The door: a token is tried, and kept for this tab when it opens. */
import { useEffect, useState } from 'preact/hooks'
import { openApi } from './api/client.ts'
import { Button } from './ui/button.tsx'
import { Field } from './ui/field.tsx'
import { Form } from './ui/form.tsx'

export function SignIn({ why, onToken }: { why: string | undefined; onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState(why)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · Linekeeper'
  }, [])

  const enter = async () => {
    setBusy(true)
    setProblem(undefined)
    const given = token.trim()
    const api = openApi(given, () => undefined)
    const refused = await api.get('/api/sessions', { limit: 1 }).then(
      () => undefined,
      (error: Error) => error.message,
    )
    setBusy(false)
    if (refused) setProblem(refused)
    else onToken(given)
  }

  return (
    <main class="door">
      <h1>Linekeeper</h1>
      <p>WhatsApp lines that stay open.</p>
      <Form label="Sign in" onSubmit={() => void enter()}>
        <Field
          label="Token"
          type="password"
          value={token}
          onChange={setToken}
          required
          autofocus
          hint="On one machine, the API key that the start prints. It stays in this tab."
        />
        {problem && (
          <p class="notice problem" role="alert">
            {problem}
          </p>
        )}
        <Button kind="main" submits isBusy={isBusy}>
          Sign in
        </Button>
      </Form>
      <p class="quiet">
        <a href="docs">API reference</a> · <a href="openapi.json">OpenAPI document</a> ·{' '}
        <a href="health">Health</a>
      </p>
    </main>
  )
}
