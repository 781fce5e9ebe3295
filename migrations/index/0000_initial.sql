-- What lists and the scrubber need: sessions, their events with the place of each line in the vault, and each model
-- answer once. No text is stored twice: bodies are read from the vault.
-- WITHOUT ROWID is added by hand: these rows are only ever found by their key, and Drizzle cannot say it.
CREATE TABLE `compactions` (
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`pre_tokens` integer,
	`post_tokens` integer,
	PRIMARY KEY(`session_key`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `cursors` (
	`source_id` integer PRIMARY KEY NOT NULL,
	`session_key` integer,
	`generation_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`lines` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `cursors_by_session` ON `cursors` (`session_key`);--> statement-breakpoint
CREATE TABLE `event_changes` (
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`path` text NOT NULL,
	`added` integer NOT NULL,
	`removed` integer NOT NULL,
	PRIMARY KEY(`session_key`, `seq`, `path`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `events` (
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`id` text NOT NULL,
	`at` integer,
	`kind` text NOT NULL,
	`parent_seq` integer,
	`branch` integer DEFAULT 0 NOT NULL,
	`generation_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	`part` integer NOT NULL,
	`preview` text,
	`call_id` text,
	`tool_name` text,
	`is_error` integer DEFAULT false NOT NULL,
	`is_commit` integer DEFAULT false NOT NULL,
	`subagent_id` text,
	`context_used` integer,
	PRIMARY KEY(`session_key`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_id` ON `events` (`session_key`,`id`);--> statement-breakpoint
CREATE INDEX `events_by_call` ON `events` (`session_key`,`call_id`) WHERE call_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_by_subagent` ON `events` (`session_key`,`subagent_id`) WHERE subagent_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `problems` (
	`generation_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`session_key` integer,
	`source_id` integer NOT NULL,
	`line` integer NOT NULL,
	`length` integer NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`generation_id`, `offset`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `problems_by_session` ON `problems` (`session_key`);--> statement-breakpoint
CREATE TABLE `session_files` (
	`session_key` integer NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`session_key`, `path`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`agent` text NOT NULL,
	`native_id` text NOT NULL,
	`parent_id` text,
	`subagent_type` text,
	`subagent_description` text,
	`parent_call_id` text,
	`fork_of_id` text,
	`first_event_id` text,
	`title` text,
	`title_rank` integer DEFAULT -1 NOT NULL,
	`first_prompt` text,
	`project_path` text,
	`git_branch` text,
	`version` text,
	`started_at` integer,
	`ended_at` integer,
	`active_at` integer DEFAULT 0 NOT NULL,
	`events` integer DEFAULT 0 NOT NULL,
	`prompts` integer DEFAULT 0 NOT NULL,
	`compactions` integer DEFAULT 0 NOT NULL,
	`tool_calls` integer DEFAULT 0 NOT NULL,
	`errors` integer DEFAULT 0 NOT NULL,
	`models` text DEFAULT '[]' NOT NULL,
	`input` integer DEFAULT 0 NOT NULL,
	`output` integer DEFAULT 0 NOT NULL,
	`cache_read` integer DEFAULT 0 NOT NULL,
	`cache_write` integer DEFAULT 0 NOT NULL,
	`cost_usd` real DEFAULT 0 NOT NULL,
	`unpriced` integer DEFAULT 0 NOT NULL,
	`context_used` integer,
	`context_window` integer,
	`files_changed` integer DEFAULT 0 NOT NULL,
	`lines_added` integer DEFAULT 0 NOT NULL,
	`lines_removed` integer DEFAULT 0 NOT NULL,
	`line_events` integer DEFAULT 0 NOT NULL,
	`line_bookkeeping` integer DEFAULT 0 NOT NULL,
	`line_problems` integer DEFAULT 0 NOT NULL,
	`line_blank` integer DEFAULT 0 NOT NULL,
	`last_chain_seq` integer,
	`branches` integer DEFAULT 0 NOT NULL,
	`source_state` text DEFAULT 'present' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_by_id` ON `sessions` (`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_activity` ON `sessions` (`active_at`,`key`);--> statement-breakpoint
CREATE INDEX `sessions_by_parent` ON `sessions` (`parent_id`);--> statement-breakpoint
CREATE INDEX `sessions_by_first_event` ON `sessions` (`first_event_id`);--> statement-breakpoint
CREATE TABLE `unknown_kinds` (
	`agent` text NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`agent`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `usages` (
	`key` text PRIMARY KEY NOT NULL,
	`message_id` text,
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`is_sidechain` integer NOT NULL,
	`at` integer,
	`model` text NOT NULL,
	`input` integer NOT NULL,
	`output` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`cost_usd` real
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `usages_by_message` ON `usages` (`message_id`);--> statement-breakpoint
CREATE INDEX `usages_by_session` ON `usages` (`session_key`);