using System.Net;
using System.Net.Http.Headers;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>
/// A file behind http or https as a volume that is only read, by ranges: the parent of a writable one. Its size is asked for once, when it is made. A file that
/// changes afterwards is an error, not a mixture of both: its length and its entity tag must stay the same. Every block counts as owned.
/// </summary>
public sealed class UrlVolume : IVolume
{
    const int Attempts = 3;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly HttpClient _http;
    readonly Uri _url;
    readonly TimeProvider _clock;
    readonly long _length;
    readonly EntityTagHeaderValue? _tag;

    UrlVolume(HttpClient http, Uri url, int blockSize, TimeProvider clock, long length, EntityTagHeaderValue? tag)
    {
        (_http, _url, BlockSize, _clock, _length, _tag) = (http, url, blockSize, clock, length, tag);
        BlockCount = (ulong)(length / blockSize);
    }

    /// <inheritdoc/>
    public int BlockSize { get; }

    /// <inheritdoc/>
    public ulong BlockCount { get; }

    /// <summary>Asks for the file's size, within 15 s.</summary>
    /// <param name="http">A client without a time limit of its own, which stays the caller's.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="blockSize">Bytes of a block.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="CrucibleException">It cannot be had, or is not whole blocks.</exception>
    public static UrlVolume Open(HttpClient http, string url, int blockSize, TimeProvider clock)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw Wrong(CrucibleErrorKind.GenericError, $"'{url}' is no http or https URL");
        using var late = new CancellationTokenSource(Limit, clock);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, uri);
            using var answer = http.Send(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw Wrong(CrucibleErrorKind.IoError, $"HEAD {uri} is answered with {(int)answer.StatusCode}");
            if (answer.Content.Headers.ContentLength is not { } length)
                throw Wrong(CrucibleErrorKind.IoError, $"HEAD {uri} is answered without a length");
            if (length == 0 || length % blockSize != 0)
                throw Wrong(CrucibleErrorKind.SubvolumeSizeMismatch, $"{uri} has {length} bytes, which are not whole blocks of {blockSize}");
            return new(http, uri, blockSize, clock, length, answer.Headers.ETag is { IsWeak: false } tag ? tag : null);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            throw Wrong(CrucibleErrorKind.IoError, $"HEAD {uri} failed: {Say(failure)}");
        }
    }

    /// <inheritdoc/>
    public Task ActivateAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeactivateAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default)
    {
        VolumeRules.CheckRange(this, start, target.Length);
        for (var attempt = 1; !target.IsEmpty; attempt++)
        {
            try
            {
                await FetchAsync((long)start * BlockSize, target).ConfigureAwait(false);
                break;
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException and not CrucibleException)
            {
                if (attempt == Attempts)
                    throw Wrong(CrucibleErrorKind.IoError, $"GET {_url} failed {Attempts} times: {Say(failure)}");
                await Task.Delay(Pause, _clock).ConfigureAwait(false);
            }
        }

        owned.Span.Fill(true);
    }

    /// <inheritdoc/>
    public Task WriteAsync(ulong start, ReadOnlyMemory<byte> source) => Refuse();

    /// <inheritdoc/>
    public Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source) => Refuse();

    /// <inheritdoc/>
    public Task FlushAsync(string? snapshotName = null) => snapshotName is null
        ? Task.CompletedTask
        : Task.FromException(Wrong(CrucibleErrorKind.Unsupported, "a url volume takes no snapshots"));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    async Task FetchAsync(long offset, Memory<byte> target)
    {
        using var late = new CancellationTokenSource(Limit, _clock);
        using var request = new HttpRequestMessage(HttpMethod.Get, _url);
        request.Headers.Range = new RangeHeaderValue(offset, offset + target.Length - 1);
        if (_tag is not null)
            request.Headers.IfMatch.Add(_tag);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token).ConfigureAwait(false);
        Check(answer, offset, target.Length);
        var body = await answer.Content.ReadAsStreamAsync(late.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
            await body.ReadExactlyAsync(target, late.Token).ConfigureAwait(false);
    }

    // Server errors may pass; everything else is what it is.
    void Check(HttpResponseMessage answer, long offset, int length)
    {
        if ((int)answer.StatusCode >= 500)
            throw new HttpRequestException($"it is answered with {(int)answer.StatusCode}");
        var isOther = answer.StatusCode == HttpStatusCode.PreconditionFailed
            || (_tag is not null && answer.Headers.ETag is { } tag && !tag.Equals(_tag))
            || (answer.Content.Headers.ContentRange is { HasLength: true } whole && whole.Length != _length);
        if (isOther)
            throw Wrong(CrucibleErrorKind.IoError, $"{_url} was changed while it was in use");
        if (answer.StatusCode != HttpStatusCode.PartialContent)
            throw Wrong(CrucibleErrorKind.IoError, $"GET {_url} with a range is answered with {(int)answer.StatusCode} instead of 206; its server must know ranges");
        if (answer.Content.Headers.ContentRange is not { HasRange: true } range || range.From != offset || range.To != offset + length - 1)
            throw Wrong(CrucibleErrorKind.IoError, $"GET {_url} is answered with another range than was asked for");
    }

    static string Say(Exception failure) => failure is OperationCanceledException ? $"no answer within {Limit.TotalSeconds:0} s" : failure.Message;

    static Task Refuse() => Task.FromException(Wrong(CrucibleErrorKind.ModifyingReadOnlyRegion, "a url volume is only read"));

    static CrucibleException Wrong(CrucibleErrorKind kind, string text) => new(CrucibleError.Of(kind, text));
}
