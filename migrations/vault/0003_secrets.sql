-- Secrets that were found in sessions, by a keyed hash: what the user decided about one has to outlive the index.
CREATE TABLE `secrets` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` blob NOT NULL,
	`tag` text NOT NULL,
	`kind` text NOT NULL,
	`provider` text,
	`tier` text NOT NULL,
	`length` integer NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`reason` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `secrets_hash_unique` ON `secrets` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `secrets_tag_unique` ON `secrets` (`tag`);--> statement-breakpoint
CREATE INDEX `secrets_by_kind` ON `secrets` (`kind`);