import { formatCount } from '../../ui/format.ts'
import type { ReplayView } from './replay-view.svelte.ts'

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** The time of an event as the reader's clock shows it; empty where none is known. */
export function timeText(ms: number): string {
  return ms > 0 ? clock.format(new Date(ms)) : ''
}

const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** The time of day of an ISO time, as the reader's clock shows it. */
export function clockText(at: string): string {
  return timeOfDay.format(new Date(at))
}

/** A position in words: step, time, what happened there, and the prompt that it belongs to. */
export function describePosition(view: ReplayView, position: number): string {
  const step = view.track.stepAt(position)
  const timeline = view.session.timeline
  if (!step || !timeline) return 'No steps'
  const inStep = (seq: number) => seq === step.seq || seq === step.end
  const prompt = timeline.prompts.findLast(([seq]) => seq <= step.seq)
  const edit = timeline.edits.find(([seq]) => inStep(seq))
  const compaction = timeline.compactions.find(({ seq }) => inStep(seq))
  const parts = [
    `Step ${formatCount(position + 1)} of ${formatCount(view.track.length)} · ${timeText(view.session.timeOf(step.seq))}`,
    edit ? `Edits ${view.relative(timeline.paths[edit[1]] ?? '')} +${edit[2]} −${edit[3]}` : '',
    timeline.errors.some(inStep) ? 'An error' : '',
    timeline.commits.some(inStep) ? 'A commit' : '',
    compaction ? 'A compaction' : '',
    prompt ? `Prompt: ${prompt[1].slice(0, 160)}` : '',
  ]
  return parts.filter(Boolean).join('\n')
}
