-- Code state: what files held at each moment, so that any moment is one lookup and never a replay from the start.
-- WITHOUT ROWID is added by hand: these rows are only ever found by their key, and Drizzle cannot say it.
CREATE TABLE `code_calls` (
	`id` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `code_clocks` (
	`session_key` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`seq` integer NOT NULL,
	`n` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `code_clocks_by_time` ON `code_clocks` (`at`);--> statement-breakpoint
CREATE TABLE `code_contents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`sha256` blob NOT NULL,
	`bytes` integer NOT NULL,
	`base_id` integer,
	`depth` integer NOT NULL,
	`prefix` integer NOT NULL,
	`suffix` integer NOT NULL,
	`is_packed` integer NOT NULL,
	`is_masked` integer NOT NULL,
	`body` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `code_contents_by_hash` ON `code_contents` (`sha256`);--> statement-breakpoint
CREATE TABLE `code_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`path` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `code_files_by_path` ON `code_files` (`path`);--> statement-breakpoint
CREATE TABLE `code_open_calls` (
	`session_key` integer NOT NULL,
	`call_id` text NOT NULL,
	`ops` text NOT NULL,
	PRIMARY KEY(`session_key`, `call_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `code_ops` (
	`file_id` integer NOT NULL,
	`at` integer NOT NULL,
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`n` integer NOT NULL,
	`by` text NOT NULL,
	`before_id` integer,
	`after_id` integer,
	`effect` integer NOT NULL,
	`alteration` text,
	PRIMARY KEY(`file_id`, `at`, `session_key`, `seq`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `code_ops_by_session` ON `code_ops` (`session_key`,`file_id`,`seq`,`effect`);--> statement-breakpoint
CREATE INDEX `code_ops_by_dependence` ON `code_ops` (`at`) WHERE effect = 2;--> statement-breakpoint
CREATE TABLE `code_sweep_kinds` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`root` text NOT NULL,
	`cause` text NOT NULL,
	`endings` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `code_sweep_kinds_by_reach` ON `code_sweep_kinds` (`root`,`cause`,`endings`);--> statement-breakpoint
CREATE TABLE `code_sweeps` (
	`kind_id` integer NOT NULL,
	`at` integer NOT NULL,
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`kind_id`, `at`, `session_key`, `seq`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `code_takeovers` (
	`from_id` integer NOT NULL,
	`to_id` integer NOT NULL,
	PRIMARY KEY(`from_id`, `to_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `code_trees` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`path` text NOT NULL,
	`to_path` text,
	`at` integer NOT NULL,
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`n` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `code_trees_by_path` ON `code_trees` (`path`);--> statement-breakpoint
CREATE TABLE `code_versions` (
	`file_id` integer NOT NULL,
	`at` integer NOT NULL,
	`session_key` integer NOT NULL,
	`seq` integer NOT NULL,
	`n` integer NOT NULL,
	`content_id` integer,
	`by` text NOT NULL,
	`exact_at` integer,
	`exact_session` integer,
	`exact_seq` integer,
	`exact_n` integer,
	`confirmed_at` integer NOT NULL,
	`confirmed_session` integer NOT NULL,
	`confirmed_seq` integer NOT NULL,
	`confirmed_n` integer NOT NULL,
	`doubted_at` integer,
	`origin_at` integer,
	`origin_session` integer,
	`origin_seq` integer,
	PRIMARY KEY(`file_id`, `at`, `session_key`, `seq`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `code_versions_by_doubt` ON `code_versions` (`doubted_at`) WHERE doubted_at IS NOT NULL;