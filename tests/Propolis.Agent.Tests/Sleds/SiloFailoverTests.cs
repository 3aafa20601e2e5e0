using System.Net;
using Propolis.Agent.Sleds;

namespace Propolis.Agent.Tests.Sleds;

public sealed class SiloFailoverTests
{
    static readonly Uri[] Silos = [new("http://one:1"), new("http://two:2"), new("http://three:3")];

    [Fact]
    public async Task The_first_that_answers_is_kept()
    {
        var asked = new List<string>();
        using var client = Client(async request =>
        {
            asked.Add(request.RequestUri!.ToString());
            await Task.Yield();
            return request.RequestUri.Host == "one" ? throw new HttpRequestException("refused") : new HttpResponseMessage(HttpStatusCode.OK);
        });

        using (await client.GetAsync(new Uri("grains/x?y=1", UriKind.Relative))) { }
        using (await client.GetAsync(new Uri("grains/z", UriKind.Relative))) { }

        Assert.Equal(["http://one:1/v1/grains/x?y=1", "http://two:2/v1/grains/x?y=1", "http://two:2/v1/grains/z"], asked);
    }

    [Fact]
    public async Task A_silo_that_hangs_is_left_for_the_next()
    {
        using var client = Client(async request =>
        {
            if (request.RequestUri!.Host == "one")
                await Task.Delay(Timeout.InfiniteTimeSpan, Cancelled(request));
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        using var answer = await client.GetAsync(new Uri("x", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task When_none_answers_that_is_said()
    {
        var asked = 0;
        using var client = Client(request =>
        {
            asked++;
            throw new HttpRequestException("refused");
        });
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("x", UriKind.Relative)));
        Assert.Equal(3, asked);
    }

    static readonly HttpRequestOptionsKey<CancellationToken> Token = new("token");

    static CancellationToken Cancelled(HttpRequestMessage request) => request.Options.TryGetValue(Token, out var token) ? token : default;

    static HttpClient Client(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) =>
        new(new SiloFailover(Silos, TimeSpan.FromMilliseconds(200), TimeProvider.System) { InnerHandler = new Network(answer) }) { BaseAddress = new Uri("http://one:1/v1/") };

    sealed class Network(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Options.Set(Token, cancellationToken);
            return answer(request);
        }
    }
}
