using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts.Results;
using Propolis.Contracts.Rest;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Rest;

/// <summary>Which part of a list, from the query string; the same for every list.</summary>
public sealed record ListQuery
{
    /// <summary>Entries in a page, unless asked for otherwise.</summary>
    public const int UsualLimit = 100;

    /// <summary>Entries in the page.</summary>
    [FromQuery(Name = "limit"), Description("entries in the page, 1 to 1000; 100 when absent")]
    public int? Limit { get; init; }

    /// <summary>The token of the page.</summary>
    [FromQuery(Name = "page"), Description("next of the page before; the first page when absent")]
    public string? Page { get; init; }

    /// <summary>The index's query.</summary>
    /// <param name="list">Which list.</param>
    public IndexQuery ToIndex(string list) => new() { Limit = CheckedLimit(Limit), After = PageTokens.Read(list, Page) };

    /// <summary>A limit that was checked.</summary>
    /// <param name="limit">What was asked for.</param>
    public static int CheckedLimit(int? limit) => limit is null or (>= 1 and <= IndexQuery.LongestPage)
        ? limit ?? UsualLimit
        : throw new RefusedException(RefusalCode.Invalid, $"limit is {limit}; it must be 1 to {IndexQuery.LongestPage}");

    /// <summary>The index's page as an answer.</summary>
    /// <typeparam name="T">What is listed.</typeparam>
    /// <param name="list">Which list.</param>
    /// <param name="page">The page.</param>
    public static Page<T> Answer<T>(string list, IndexPage<T> page) => new() { Items = page.Items, Next = PageTokens.Write(list, page.Next) };
}
