/** Whatever is kept in a bucket is private, encrypted in transit, and leaves it one day. */
import type { Rule } from './view.ts'

const BLOCKS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets']

type Statement = { Effect: string; Action: unknown; Principal: unknown }

/** Files of a site: CloudFront reads them, and a deployment takes away what the one before had. */
const isForCloudFront = ({ Effect, Action, Principal }: Statement): boolean =>
  Effect === 'Allow' &&
  JSON.stringify(Action) === '["s3:GetObject"]' &&
  JSON.stringify(Principal) === '{"Service":["cloudfront.amazonaws.com"]}'

export const bucketsArePrivate: Rule = ({ all, inputsOf }) => {
  const blocks = inputsOf('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')
  const rules = inputsOf('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration')
  const policies = inputsOf('aws:s3/bucketPolicy:BucketPolicy').map(({ bucket, policy }) => ({
    bucket,
    statements: (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement,
  }))
  return [
    ...all('aws:s3/bucket:Bucket').flatMap(({ name, inputs }) => {
      const of = (one: { bucket?: unknown }) => one.bucket === inputs.bucket
      const block = blocks.find(of)
      const isSite = policies.find(of)?.statements.some(isForCloudFront)
      return [
        ...BLOCKS.filter((setting) => block?.[setting] !== true).map(
          (setting) => `${name}: ${setting} is not on`,
        ),
        ...(isSite || rules.some(of) ? [] : [`${name} keeps everything for ever`]),
      ]
    }),
    ...policies.flatMap(({ bucket, statements }) =>
      statements.every((one) => one.Effect === 'Deny' || isForCloudFront(one))
        ? []
        : [`${bucket} is opened by its policy`],
    ),
  ]
}
