-- What Lossless writes into files that are not its own is noted here before the first byte, with where the bytes before lie,
-- so that a crash leaves each file wholly old or new, and every change can be undone.
CREATE TABLE `outside_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`at` integer NOT NULL,
	`phase` text NOT NULL,
	`undo_of` integer,
	`note` text
);
--> statement-breakpoint
CREATE INDEX `outside_changes_by_phase` ON `outside_changes` (`phase`);--> statement-breakpoint
CREATE TABLE `outside_files` (
	`change_id` integer NOT NULL,
	`n` integer NOT NULL,
	`path` text NOT NULL,
	`root` text NOT NULL,
	`action` text NOT NULL,
	`temp` text,
	`before_generation_id` integer,
	`before_length` integer,
	`before_sha256` text,
	`before_mode` integer,
	`before_mtime_ms` real,
	`after_sha256` text,
	`after_length` integer,
	`after_stamp` text,
	PRIMARY KEY(`change_id`, `n`),
	FOREIGN KEY (`change_id`) REFERENCES `outside_changes`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`before_generation_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `outside_folders` (
	`change_id` integer NOT NULL,
	`n` integer NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`change_id`, `n`),
	FOREIGN KEY (`change_id`) REFERENCES `outside_changes`(`id`) ON UPDATE no action ON DELETE no action
);
