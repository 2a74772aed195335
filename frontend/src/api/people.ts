/** Calls about people: one's own account, a campaign's members and invitations, everybody, and the audit log. */

import { at, results, server, value } from "./client";
import type { components } from "./schema";
import type { User } from "./types";

type Schemas = components["schemas"];

export type Browser = Schemas["BrowserOut"];
export type Token = Schemas["TokenOut"];
export type NewToken = Schemas["NewTokenOut"];
export type Scope = Token["scopes"][number];
export type Member = Schemas["MemberOut"];
export type CampaignRole = Member["role"];
export type Invitation = Schemas["InvitationOut"];
export type NewInvitation = Schemas["NewInvitationOut"];
export type InvitationBody = Schemas["InvitationInRequest"];
export type Invited = Schemas["InvitedOut"];
export type Joined = Schemas["JoinedOut"];
export type Person = Schemas["PersonOut"];
export type SiteRole = Person["role"];
export type AuditEntry = Schemas["AuditOut"];
export type AuditPage = Schemas["AuditPage"];

export interface AuditFilters {
  actor?: string;
  about?: string;
  campaign?: string;
  kind?: string;
  since?: string;
  until?: string;
}

export const people = {
  changePassword: (current: string, next: string) =>
    value<undefined>(server.POST("/api/v1/account/password", { body: { current, new: next } })),
  browsers: () => results<Browser>(server.GET("/api/v1/account/sessions")),
  endBrowser: (session: string) => value<undefined>(server.DELETE("/api/v1/account/sessions/{session}", at({ session }))),
  endOtherBrowsers: () => value<{ ended: number }>(server.DELETE("/api/v1/account/sessions")),
  tokens: () => results<Token>(server.GET("/api/v1/account/tokens")),
  makeToken: (name: string, scopes: Scope[], days: number | null) =>
    value<NewToken>(server.POST("/api/v1/account/tokens", { body: { name, scopes, days } })),
  revokeToken: (token: number) => value<undefined>(server.DELETE("/api/v1/account/tokens/{token}", at({ token }))),

  members: (slug: string) => results<Member>(server.GET("/api/v1/campaigns/{slug}/members", at({ slug }))),
  addMember: (slug: string, username: string, role: CampaignRole) =>
    value<Member>(server.POST("/api/v1/campaigns/{slug}/members", { ...at({ slug }), body: { username, role } })),
  changeMember: (slug: string, user: number, body: Schemas["PatchedMemberChangeRequest"]) =>
    value<Member>(server.PATCH("/api/v1/campaigns/{slug}/members/{user}", { ...at({ slug, user }), body })),
  removeMember: (slug: string, user: number) =>
    value<undefined>(server.DELETE("/api/v1/campaigns/{slug}/members/{user}", at({ slug, user }))),
  invitations: (slug: string) => results<Invitation>(server.GET("/api/v1/campaigns/{slug}/invitations", at({ slug }))),
  invite: (slug: string, body: InvitationBody) =>
    value<NewInvitation>(server.POST("/api/v1/campaigns/{slug}/invitations", { ...at({ slug }), body })),
  revokeInvitation: (slug: string, invitation: number) =>
    value<undefined>(server.DELETE("/api/v1/campaigns/{slug}/invitations/{invitation}", at({ slug, invitation }))),

  /** Browsers send no server what stands after #, so the secret is in no log on the way. */
  invitationUrl: (token: string) => `${window.location.origin}/invite#${token}`,
  lookAtInvitation: (token: string) => value<Invited>(server.POST("/api/v1/invitations/look", { body: { token } })),
  acceptInvitation: (token: string, account?: { username: string; password: string }) =>
    value<Joined & { user: User }>(server.POST("/api/v1/invitations/accept", { body: { token, ...account } })),

  everybody: () => results<Person>(server.GET("/api/v1/people")),
  changePerson: (user: number, body: Schemas["PatchedPersonChangeRequest"]) =>
    value<Person>(server.PATCH("/api/v1/people/{user}", { ...at({ user }), body })),
  audit: (filters: AuditFilters, before: number | null) =>
    value<AuditPage>(server.GET("/api/v1/audit", { params: { query: { ...filters, ...(before ? { before } : {}) } } })),
  auditCsvUrl: (filters: AuditFilters) => `/api/v1/audit.csv?${new URLSearchParams({ ...filters })}`,
};
