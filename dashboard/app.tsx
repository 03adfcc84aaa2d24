/** Who is signed in decides what there is: a form for the token, or the pages. */
import { useMemo, useState } from 'preact/hooks'
import { openApi } from './api/client.ts'
import { forgetToken, keepToken, readToken } from './api/token.ts'
import { SignedIn } from './api/use.ts'
import { Frame } from './frame.tsx'
import { SignIn } from './sign-in.tsx'

export function App() {
  const [token, setToken] = useState(readToken)
  const [lost, setLost] = useState<string>()
  const leave = (why?: string) => {
    forgetToken()
    setToken(undefined)
    setLost(why)
  }
  const api = useMemo(() => token && openApi(token, ({ message }) => leave(message)), [token])
  if (!api)
    return (
      <SignIn
        why={lost}
        onToken={(good) => {
          keepToken(good)
          setLost(undefined)
          setToken(good)
        }}
      />
    )
  return (
    <SignedIn value={api}>
      <Frame onLeave={() => leave()} />
    </SignedIn>
  )
}
