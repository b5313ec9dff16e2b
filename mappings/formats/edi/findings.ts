/** How both envelope builders keep what they find wrong. */
import type { Issue } from '#core/issue.ts'

/** Hostile files can have a fault per byte; a part lists this many and says that there are more. */
export const MAX_ISSUES = 100

/** Adds an issue to a part's list; `tooMany` stands for all beyond the limit. */
export const noterOf =
  (tooMany: (limit: number) => Issue) =>
  (issues: Issue[], issue: Issue): void => {
    if (issues.length < MAX_ISSUES) issues.push(issue)
    else if (issues.length === MAX_ISSUES) issues.push(tooMany(MAX_ISSUES))
  }

/** An issue that repair read over. */
export const assumed = (issue: Issue): Issue => ({
  ...issue,
  cure: `It was used all the same, as repair was asked for: ${issue.rule}. ${issue.cure}`,
})

/** A count or control number; null for anything else. */
export const wholeNumber = (text: string): number | null => (/^\d{1,10}$/.test(text) ? Number(text) : null)
