export type MessageFilter = (message: string) => boolean;
