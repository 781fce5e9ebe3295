-- Named moments of the vault: bytes only ever grow, so a moment is a length per source, written when it changed. Sources
-- also remember their mode and time of change, so that a restored file is as the agent left it.
CREATE TABLE `snapshot_marks` (
	`source_id` integer NOT NULL,
	`snapshot_id` integer NOT NULL,
	`generation_id` integer NOT NULL,
	`length` integer NOT NULL,
	`state` text NOT NULL,
	`mode` integer,
	`mtime_ns` text,
	PRIMARY KEY(`source_id`, `snapshot_id`),
	FOREIGN KEY (`source_id`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`snapshot_id`) REFERENCES `snapshots`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`generation_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `snapshot_marks_by_snapshot` ON `snapshot_marks` (`snapshot_id`);--> statement-breakpoint
CREATE TABLE `snapshots` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`label` text,
	`reason` text NOT NULL,
	`cause` text,
	`scope` text NOT NULL,
	`members` text,
	`created_at` integer NOT NULL,
	`is_pinned` integer DEFAULT false NOT NULL,
	`sessions` integer NOT NULL,
	`sources` integer NOT NULL,
	`raw_bytes` integer NOT NULL,
	`changed_sources` integer NOT NULL,
	`changed_bytes` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `snapshots_by_scope` ON `snapshots` (`scope`,`id`);--> statement-breakpoint
CREATE TABLE `vault_notes` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `sources` ADD `mode` integer;--> statement-breakpoint
ALTER TABLE `sources` ADD `seen_mtime_ns` text;
--> statement-breakpoint
UPDATE `sources` SET `seen_mtime_ns` = `mtime_ns`;
