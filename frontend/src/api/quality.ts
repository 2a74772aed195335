/** How well a campaign's people agree, and how far each of them can be relied on. */

import { at, server, value } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Quality = Schemas["QualityOut"];
export type AgreementRow = Schemas["AgreementRow"];
export type AgreementMatrix = Schemas["AgreementMatrix"];
export type MatrixCell = Schemas["MatrixCell"];
export type AnnotatorQuality = Schemas["AnnotatorQuality"];

export const quality = {
  read: (slug: string) => value<Quality>(server.GET("/api/v1/campaigns/{slug}/quality", at({ slug }))),
};
