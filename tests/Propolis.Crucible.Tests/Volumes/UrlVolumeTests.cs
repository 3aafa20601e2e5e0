using System.Net;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>Images behind http, served from memory and misserved.</summary>
public sealed class UrlVolumeTests : IDisposable
{
    static readonly byte[] Image = Golden.Counting(16 * 512);

    readonly Server _server = new(Image);
    readonly HttpClient _http;

    public UrlVolumeTests() => _http = new(_server);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task An_image_is_the_parent_of_a_writable_volume()
    {
        await using var parent = Open();
        await using var volume = new Volume(Guid.Empty, 512, [new MemoryVolume(20)], parent, TimeProvider.System);
        await volume.WriteAsync(3, Golden.Filled(512, 0xEE));
        var expected = Image.Concat(new byte[4 * 512]).ToArray();
        Golden.Filled(512, 0xEE).CopyTo(expected, 3 * 512);
        var read = new byte[20 * 512];
        await volume.ReadAsync(0, read);
        Assert.Equal(expected, read);
        Assert.Equal(CrucibleErrorKind.ModifyingReadOnlyRegion, (await Assert.ThrowsAsync<CrucibleException>(() => parent.WriteAsync(0, new byte[512]))).Error.Kind);
    }

    [Fact]
    public async Task It_is_opened_by_a_construction_request_and_read_by_ranges_from_a_real_server()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var serving = Task.Run(() => ServeAsync(listener, requests: 2));
        await using var volume = new VolumeBuilder().Build(VolumeConstructionRequest.Parse(
            $$"""{"type":"url","id":"00112233-4455-6677-8899-aabbccddeeff","block_size":512,"url":"http://127.0.0.1:{{port}}/image"}"""));
        Assert.Equal(16UL, volume.BlockCount);
        var (read, owned) = (new byte[3 * 512], new bool[3]);
        await volume.ReadAsync(5, read, owned).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Image[(5 * 512)..(8 * 512)], read);
        Assert.All(owned, Assert.True);
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_server_that_fails_now_and_then_is_asked_again()
    {
        await using var volume = Open();
        _server.Failures = 2;
        var read = new byte[512];
        await volume.ReadAsync(1, read).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Image[512..1024], read);
        _server.Failures = 3;
        Assert.Contains("failed 3 times: it is answered with 503", (await Assert.ThrowsAsync<CrucibleException>(() => volume.ReadAsync(1, read))).Message);
    }

    [Fact]
    public async Task An_image_that_changes_is_an_error_and_not_a_mixture()
    {
        await using var volume = Open();
        _server.Tag = "\"2\"";
        Assert.Contains("was changed while it was in use", (await Assert.ThrowsAsync<CrucibleException>(() => volume.ReadAsync(0, new byte[512]))).Message);
    }

    [Fact]
    public async Task Answers_that_do_not_fit_are_refused_in_words()
    {
        Assert.Contains("is no http or https URL", Refusal("ftp://images/disk"));
        Assert.Contains("HEAD http://images/none is answered with 404", Refusal("http://images/none"));
        Assert.Contains("not whole blocks of 5120", Assert.Throws<CrucibleException>(() => UrlVolume.Open(_http, "http://images/disk", 5120, TimeProvider.System)).Message);
        await using var volume = Open();
        Assert.Equal(CrucibleErrorKind.OffsetInvalid, (await Assert.ThrowsAsync<CrucibleException>(() => volume.ReadAsync(16, new byte[512]))).Error.Kind);
        _server.KnowsRanges = false;
        Assert.Contains("its server must know ranges", (await Assert.ThrowsAsync<CrucibleException>(() => volume.ReadAsync(0, new byte[512]))).Message);
    }

    UrlVolume Open() => UrlVolume.Open(_http, "http://images/disk", 512, TimeProvider.System);

    string Refusal(string url) => Assert.Throws<CrucibleException>(() => UrlVolume.Open(_http, url, 512, TimeProvider.System)).Message;

    static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    static async Task ServeAsync(HttpListener listener, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            var context = await listener.GetContextAsync();
            if (context.Request.HttpMethod == "HEAD")
            {
                context.Response.ContentLength64 = Image.Length;
            }
            else
            {
                var range = System.Net.Http.Headers.RangeHeaderValue.Parse(context.Request.Headers["Range"]!).Ranges.Single();
                context.Response.StatusCode = 206;
                context.Response.Headers["Content-Range"] = $"bytes {range.From}-{range.To}/{Image.Length}";
                await context.Response.OutputStream.WriteAsync(Image.AsMemory((int)range.From!, (int)(range.To! - range.From + 1)));
            }

            context.Response.Close();
        }
    }

    sealed class Server(byte[] image) : HttpMessageHandler
    {
        public int Failures { get; set; }

        public string Tag { get; set; } = "\"1\"";

        public bool KnowsRanges { get; set; } = true;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != "/disk")
                return new(HttpStatusCode.NotFound);
            if (Failures > 0 && Failures-- > 0)
                return new(HttpStatusCode.ServiceUnavailable);
            if (request.Headers.IfMatch.Any(tag => tag.Tag != Tag))
                return new(HttpStatusCode.PreconditionFailed);
            var range = KnowsRanges ? request.Headers.Range?.Ranges.Single() : null;
            var (from, to) = ((int)(range?.From ?? 0), (int)(range?.To ?? image.Length - 1));
            var answer = new HttpResponseMessage(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent) { Content = new ByteArrayContent(image, from, to - from + 1) };
            if (range is not null)
                answer.Content.Headers.ContentRange = new(from, to, image.Length);
            answer.Headers.ETag = new(Tag);
            return answer;
        }
    }
}
