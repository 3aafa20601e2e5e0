using Propolis.Contracts.Ids;
using Propolis.Contracts.Results;
using Propolis.Silo.Rest;

namespace Propolis.Silo.Tests.Rest;

public sealed class NewIdsTests
{
    [Fact]
    public void Ids_follow_from_the_operation() => Assert.Equal(NewIds.For<InstanceId>("op"), NewIds.For<InstanceId>("op"));

    [Fact]
    public void Other_operations_and_kinds_have_other_ids()
    {
        Assert.NotEqual(NewIds.For<InstanceId>("op"), NewIds.For<InstanceId>("op2"));
        Assert.NotEqual(NewIds.For<InstanceId>("op").Value["inst-".Length..], NewIds.For<VolumeId>("op").Value["vol-".Length..]);
    }

    [Fact]
    public void They_are_ids() => Assert.True(EntityId.TryParse<InstanceId>(NewIds.For<InstanceId>("op").Value, out _));

    [Fact]
    public void Page_tokens_come_back_as_they_were() => Assert.Equal("inst-42", PageTokens.Read("instances", PageTokens.Write("instances", "inst-42")));

    [Fact]
    public void No_more_is_no_token() => Assert.Null(PageTokens.Write("instances", null));

    [Theory]
    [InlineData("")]
    [InlineData("inst-42")]
    [InlineData("!!!")]
    public void Other_texts_are_no_tokens(string text) => Assert.Equal(RefusalCode.Invalid, Assert.Throws<RefusedException>(() => PageTokens.Read("instances", text)).Refusal.Code);

    [Fact]
    public void The_token_of_another_list_is_refused() => Assert.Throws<RefusedException>(() => PageTokens.Read("volumes", PageTokens.Write("instances", "inst-42")));
}
