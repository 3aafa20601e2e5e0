using System.Net;
using System.Text;
using System.Text.Json;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Server.Migrations;
using EngineQuestion = Propolis.Vmm.Migration.MigrationQuestion;
using EngineReadiness = Propolis.Vmm.Migration.TargetReadiness;
using EngineSide = Propolis.Vmm.Migration.MigrationSide;
using EngineVerdict = Propolis.Vmm.Migration.MigrationVerdict;

namespace Propolis.Server.Tests;

public sealed class SourceKnowsTests : IDisposable
{
    static readonly Guid Migration = Guid.NewGuid();
    static readonly EngineQuestion Question = new(Migration, EngineSide.Target, EngineReadiness.Ready, "");

    readonly HandClock _clock = new();
    readonly Source _source = new();
    readonly HttpClient _http;
    readonly SourceKnows _knows;

    public SourceKnowsTests()
    {
        _http = new HttpClient(_source) { BaseAddress = new Uri("http://source") };
        _knows = new SourceKnows(_http, _clock);
    }

    public void Dispose()
    {
        _http.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task The_guest_moves_only_by_the_word_of_a_source_whose_guest_has_left_by_this_migration()
    {
        Assert.Equal(EngineVerdict.Undecided, await AskAsync(Status(null)));
        Assert.Equal(EngineVerdict.Commit, await AskAsync(Status(true)));
        Assert.Equal(EngineVerdict.Abort, await AskAsync(Status(false)));
        Assert.Equal(EngineVerdict.Abort, await AskAsync(Status(true) with { MigrationId = Guid.NewGuid() }));
        _source.Answer = () => new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{}") };
        Assert.Equal(EngineVerdict.Abort, await _knows.AskAsync(Question, default));
    }

    [Fact]
    public async Task A_source_that_stays_silent_is_believed_to_have_its_guest_and_not_before()
    {
        _source.Answer = () => throw new HttpRequestException("refused");
        await Assert.ThrowsAsync<HttpRequestException>(() => _knows.AskAsync(Question, default));
        _clock.Advance(SourceKnows.Limit / 2);
        await Assert.ThrowsAsync<HttpRequestException>(() => _knows.AskAsync(Question, default));
        Assert.Equal(EngineVerdict.Commit, await AskAsync(Status(true)));
        _source.Answer = () => throw new HttpRequestException("refused");
        _clock.Advance(SourceKnows.Limit / 2);
        Assert.Equal(EngineVerdict.Abort, await _knows.AskAsync(Question, default));
    }

    Task<EngineVerdict> AskAsync(MigrationStatus status)
    {
        _source.Answer = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(status, PropolisJson.Options), Encoding.UTF8, "application/json") };
        return _knows.AskAsync(Question, default);
    }

    static MigrationStatus Status(bool? hasMoved) => new() { Gen = 1, MigrationId = Migration, Side = MigrationSide.Source, Progress = new MigrationProgress(), HasMoved = hasMoved };

    sealed class HandClock : TimeProvider
    {
        long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }

    sealed class Source : HttpMessageHandler
    {
        public Func<HttpResponseMessage> Answer { get; set; } = () => throw new HttpRequestException("silence");

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => Task.FromResult(Answer());
    }
}
