/** Baileys leaves files by https only, and the sandbox speaks http: for this agent both are the same. */
import { Agent } from 'node:https'
import { connect, type NetConnectOpts } from 'node:net'

export class PlainAgent extends Agent {
  override createConnection(options: NetConnectOpts) {
    return connect(options)
  }
}
