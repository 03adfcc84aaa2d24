/** Every role is for one service, says each action by its name, and reaches nothing outside of its own stage. */
import type { Rule } from './view.ts'

/** What AWS itself lets be said about no resource in particular. */
const WITHOUT_RESOURCE = ['ecr:GetAuthorizationToken']
/** The bound of IAM on all inline policies of a role together. */
const POLICY_CHARACTERS = 10_240
/** `?` is one character in an ARN; these are the places where a rest of the name is open. */
const OPEN_END = [
  /:table\/[^*]+\/index\/\*$/,
  /:log-group:[^*]+:\*$/,
  /^arn:aws:s3:::[^*]+\/\*$/,
  /:execute-api:[^*]+\/live\/[A-Z]+\/@connections\/\*$/,
]

export const rolesTrustOneService: Rule = ({ roles }) =>
  roles.flatMap(({ name, trust }) =>
    trust.flatMap(({ Principal }) => {
      const kinds = Object.keys(Principal)
      const services = [Principal.Service ?? []].flat()
      return kinds.join() === 'Service' && services.length === 1
        ? []
        : [`${name} may be taken by ${JSON.stringify(Principal)}`]
    }),
  )

export const rolesNameTheirActions: Rule = ({ roles }) =>
  roles.flatMap(({ name, statements, managed }) => [
    ...managed.map((arn) => `${name} has ${arn}, whose content is not ours`),
    ...statements.flatMap(({ Effect, Action }) => [
      ...(Effect === 'Allow' ? [] : [`${name} has a statement that is not an Allow`]),
      ...(Action.length > 0 ? [] : [`${name} has a statement without actions`]),
      ...Action.filter((action) => /[*?]/.test(action)).map((action) => `${name} may do ${action}`),
    ]),
  ])

export const rolesStayInTheirStage: Rule = ({ roles, tables, evaluation }) => {
  const { name: app } = evaluation.app
  const restored = tables.flatMap(({ existing }) => (existing ? [`:table/${existing}`] : []))
  const own = [
    `${app}-${evaluation.stage}-`,
    `/${app}/${evaluation.stage}/`,
    ':repository/sst-asset',
    ...restored,
  ]
  return roles.flatMap(({ name, statements }) =>
    statements.flatMap(({ Action, Resource }) =>
      Resource.flatMap((resource) => {
        if (resource === '*')
          return Action.filter((action) => !WITHOUT_RESOURCE.includes(action)).map(
            (action) => `${name} may do ${action} on everything`,
          )
        const isOpen = resource.includes('*') && !OPEN_END.some((end) => end.test(resource))
        return [
          ...(isOpen ? [`${name} reaches ${resource}`] : []),
          ...(own.some((part) => resource.includes(part))
            ? []
            : [`${name} reaches ${resource}, outside of its stage`]),
        ]
      }),
    ),
  )
}

export const policiesFit: Rule = ({ roles }) =>
  roles.flatMap(({ name, policies }) => {
    const size = policies.join('').length
    return size <= POLICY_CHARACTERS
      ? []
      : [`${name}: its policies have ${size} characters, IAM takes ${POLICY_CHARACTERS}`]
  })

export const rolesHaveReason: Rule = ({ roles, evaluation }) => {
  const rest = JSON.stringify(evaluation.resources.filter(({ type }) => type !== 'aws:iam/role:Role'))
  return roles.flatMap(({ name, arnPart }) => (rest.includes(arnPart) ? [] : [`${name} is used by nothing`]))
}
