/**
 * Members that hold no text of anybody: ids, times, signatures that the agent needs to go on, encrypted contents. They
 * are not judged; a value that is known from elsewhere is still looked for in them.
 */
const SKIPPED = new Set([
  ...[
    'signature',
    'encrypted_content',
    'uuid',
    'parentUuid',
    'leafUuid',
    'logicalParentUuid',
    'sessionId',
    'session_id',
  ],
  ...['tool_use_id', 'toolUseID', 'parentToolUseID', 'sourceToolAssistantUUID', 'call_id', 'callId', 'requestId'],
  ...['messageId', 'promptId', 'agentId', 'bubbleId', 'composerId', 'timestamp', 'version', 'response_id', 'id'],
])

/** True for members that are not judged. */
export function isSkipped(name: string, text: string): boolean {
  if (SKIPPED.has(name)) return name !== 'id' || text.length < 200
  if (name.length >= 9 && /signature$/i.test(name)) return text.length > 80
  return name === 'data' && isImage(text)
}

/** How base64 of PNG, JPEG, GIF, WebP, PDF, ZIP and GZIP begins. */
const BINARY = /^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|JVBERi0|UEsDB|H4sI)/

function isImage(text: string): boolean {
  return text.length > 200 && BINARY.test(text)
}

const FILE_KEYS = ['file_path', 'filePath', 'path', 'filename', 'file', 'absolute_path', 'target_file', 'notebook_path']

/** The file that an object is about, when one of its members says so. */
export function pathIn(object: Record<string, unknown>): string | null {
  for (const key of FILE_KEYS) {
    const value = object[key]
    if (typeof value === 'string' && value.length < 4096) return value
  }
  return null
}

/** `{"name": "DB_PASSWORD", "value": "…"}`: the name that the value belongs to. */
export function namedBy(object: Record<string, unknown>): string | null {
  if (typeof object['value'] !== 'string' && typeof object['Value'] !== 'string') return null
  for (const key of ['name', 'key', 'Name', 'Key', 'ParameterKey', 'variable']) {
    const value = object[key]
    if (typeof value === 'string' && value.length < 120) return value
  }
  return null
}
