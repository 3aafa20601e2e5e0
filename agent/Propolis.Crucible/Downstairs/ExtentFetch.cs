using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>Copies extents from another downstairs over its repair HTTP server, ours or the original's.</summary>
/// <param name="http">The client; its timeout does not count, progress does.</param>
/// <param name="files">Where to put them.</param>
/// <param name="clock">Measures progress.</param>
public sealed class ExtentFetch(HttpClient http, IFileTree files, TimeProvider clock)
{
    const int ChunkSize = 256 * 1024;
    static readonly TimeSpan ProgressLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Fetches one extent into <see cref="RegionPaths.RepairCopy"/> and makes it durable. Returns why not, or null.
    /// </summary>
    public async Task<CrucibleError?> FetchAsync(IPEndPoint source, uint extent, RegionPaths paths, ExtentLayout layout, CancellationToken cancellation)
    {
        try
        {
            if (!await IsReadyAsync(source, extent, cancellation).ConfigureAwait(false))
                return CrucibleError.Of(CrucibleErrorKind.RepairRequestError, $"extent {extent} of {source} is open there");
            var name = RegionPaths.ExtentName(extent);
            var listed = await http.GetFromJsonAsync<string[]>($"http://{source}/extent/{extent}/files", cancellation).ConfigureAwait(false) ?? [];
            if (listed is not [var only] || only != name)
                return CrucibleError.Of(CrucibleErrorKind.RepairFilesInvalid, $"expected {name}, got {string.Join(", ", listed)}");
            var directory = RepairRecovery.Begin(files, paths, extent);
            await CopyAsync($"http://{source}/newextent/{extent}/data", Path.Combine(directory, name), layout, cancellation).ConfigureAwait(false);
            return await IsReadyAsync(source, extent, cancellation).ConfigureAwait(false)
                ? null
                : CrucibleError.Of(CrucibleErrorKind.RepairRequestError, $"extent {extent} of {source} was opened while it was copied");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            return CrucibleError.Of(CrucibleErrorKind.RepairRequestError, $"asking {source} for extent {extent} failed: {error.Message}");
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return CrucibleError.Of(CrucibleErrorKind.RepairStreamError, $"copying extent {extent} from {source} failed: {error.Message}");
        }
    }

    /// <summary>Geometry and mode of another downstairs.</summary>
    /// <exception cref="RegionException">It does not answer as a downstairs does.</exception>
    public async Task<(RegionDefinition Definition, bool ReadOnly)> DescribeAsync(IPEndPoint source, CancellationToken cancellation)
    {
        try
        {
            var text = await http.GetStringAsync($"http://{source}/region-info", cancellation).ConfigureAwait(false);
            var readOnly = await http.GetFromJsonAsync<bool>($"http://{source}/region-mode", cancellation).ConfigureAwait(false);
            return (RegionFile.Parse(text), readOnly);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or OperationCanceledException)
        {
            throw new RegionException($"{source} does not answer as a repair server: {error.Message}", error);
        }
    }

    Task<bool> IsReadyAsync(IPEndPoint source, uint extent, CancellationToken cancellation) =>
        http.GetFromJsonAsync<bool>($"http://{source}/extent/{extent}/repair-ready", cancellation);

    async Task CopyAsync(string url, string path, ExtentLayout layout, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var target = files.Create(path);
        using var progress = new Progress(clock, cancellation);
        var chunk = new byte[ChunkSize];
        long offset = 0;
        while (await FillAsync(content, chunk, progress).ConfigureAwait(false) is > 0 and var count)
        {
            if (offset + count > layout.FileLength)
                throw new IOException($"it is longer than {layout.FileLength} bytes");
            target.Write(offset, chunk.AsSpan(0, count));
            offset += count;
        }

        CheckWhole(target, offset, layout);
        target.Sync();
    }

    // Large writes, however small the pieces are that come in.
    static async Task<int> FillAsync(Stream content, Memory<byte> chunk, Progress progress)
    {
        var filled = 0;
        while (filled < chunk.Length)
        {
            var count = await content.ReadAsync(chunk[filled..], progress.Begin()).ConfigureAwait(false);
            if (count == 0)
                break;
            filled += count;
        }

        return filled;
    }

    static void CheckWhole(IRandomFile file, long length, ExtentLayout layout)
    {
        if (length != layout.FileLength)
            throw new IOException($"it has {length} bytes instead of {layout.FileLength}");
        Span<byte> metadata = stackalloc byte[ExtentMetadata.Size];
        file.Read(layout.MetadataOffset, metadata);
        if (!ExtentMetadata.TryDecode(metadata, out _))
            throw new IOException("it is not a raw extent");
    }

    // Gives up when nothing came for a while, however long the whole takes.
    sealed class Progress : IDisposable
    {
        readonly CancellationTokenSource _limit;
        readonly CancellationTokenRegistration _outer;

        public Progress(TimeProvider clock, CancellationToken cancellation)
        {
            _limit = new(ProgressLimit, clock);
            _outer = cancellation.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit);
        }

        public CancellationToken Begin()
        {
            _limit.CancelAfter(ProgressLimit);
            return _limit.Token;
        }

        public void Dispose()
        {
            _outer.Dispose();
            _limit.Dispose();
        }
    }
}
