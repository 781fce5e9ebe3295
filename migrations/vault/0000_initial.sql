-- What the vault needs from its first day: sources, their generations, and the bytes as deduplicated chunks; and the
-- one setting that is as precious as the bytes, where projects are now.
CREATE TABLE `chunks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`sha256` blob NOT NULL,
	`length` integer NOT NULL,
	`codec` integer NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_sha256_unique` ON `chunks` (`sha256`);--> statement-breakpoint
CREATE TABLE `generations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`source_id` integer NOT NULL,
	`number` integer NOT NULL,
	`length` integer NOT NULL,
	`settled` integer NOT NULL,
	`head_hash` blob NOT NULL,
	`tail_hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`source_id`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `generations_by_source` ON `generations` (`source_id`,`number`);--> statement-breakpoint
CREATE TABLE `path_mappings` (
	`from` text PRIMARY KEY NOT NULL,
	`to` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pieces` (
	`generation_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	`chunk_id` integer NOT NULL,
	PRIMARY KEY(`generation_id`, `offset`),
	FOREIGN KEY (`generation_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`chunk_id`) REFERENCES `chunks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `pieces_by_chunk` ON `pieces` (`chunk_id`);--> statement-breakpoint
CREATE TABLE `sources` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`agent` text NOT NULL,
	`path` text NOT NULL,
	`role` text NOT NULL,
	`native_id` text,
	`subagent_id` text,
	`state` text NOT NULL,
	`problem` text,
	`identity` text,
	`size` integer,
	`mtime_ns` text,
	`last_kept_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sources_path_unique` ON `sources` (`path`);