import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect } from "react";

import { api } from "../../api/client";
import { Problem } from "../../ui/parts";
import { Brand, Foot, Preferences } from "../../ui/Shell";

export function Login() {
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: ({ username, password }: { username: string; password: string }) => api.signIn(username, password),
    onSuccess: (user) => client.setQueryData(["session"], user),
  });
  useEffect(() => {
    document.title = "Sign in · Tiebreak";
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ username: String(form.get("username")), password: String(form.get("password")) });
  };
  return (
    <div className="login">
      <header className="login-top">
        <Brand />
        <div className="top-end">
          <Preferences />
        </div>
      </header>
      <main id="main" className="login-main">
        <h1>Sign in</h1>
        <p className="quiet">People decide where the reward model cannot.</p>
        <form onSubmit={submit} className="form">
          <label>
            Username
            <input name="username" autoComplete="username" required autoFocus />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          {signIn.isError && <Problem error={signIn.error} />}
          <button type="submit" className="button primary" disabled={signIn.isPending}>
            {signIn.isPending ? "Signing in…" : "Sign in"}
          </button>
        </form>
      </main>
      <Foot />
    </div>
  );
}
