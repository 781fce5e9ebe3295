-- What a line of some agents means is told by lines before it (the model, the folder, the tokens so far): the adapter's
-- memory of them stands beside the place where reading goes on.
ALTER TABLE `cursors` ADD `memory` text;