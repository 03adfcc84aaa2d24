/**
 * What a browser lets the page do, the same on one machine and on AWS: load scripts and styles of its own origin, talk to
 * that origin, show pictures; be framed by nobody, post no forms, and never turn text into markup.
 */

/** @param connect and files: sources beside the page's own origin, to talk to and to show files of */
export const contentPolicy = ({
  connect = [],
  files = [],
}: {
  connect?: string[]
  files?: string[]
}): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ['img-src', "'self'", 'data:', ...files].join(' '),
    ['media-src', "'self'", ...files].join(' '),
    ['connect-src', "'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

export const PAGE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}
