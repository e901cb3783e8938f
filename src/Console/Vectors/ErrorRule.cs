using System.Globalization;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>An error as a vector file tells it: kind of the Solana instruction error and custom code.</summary>
/// <param name="Kind">"Custom", "ProgramFailedToComplete", ...</param>
/// <param name="Code">Code of a custom error.</param>
/// <param name="Name">Name the program logged, may be empty.</param>
internal sealed record VectorError(string Kind, uint? Code, string Name)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Code is { } code ? string.Create(CultureInfo.InvariantCulture, $"error {Kind} {code} {Name}").TrimEnd()
            : $"error {Kind}";
}

/// <summary>
/// When a quote agrees with a failed transaction. The rules, in order:
/// <list type="number">
/// <item>A custom error agrees with a quote that fails with the same <see cref="SwapQuote.ProgramErrorCode"/>.</item>
/// <item>Any other kind (the program panicked, ran out of compute units, ...) agrees with a quote that fails with
/// code 0:
/// "the program aborts without a code of its own".</item>
/// <item>A quote knows the pool, not the user. If it would debit more than the user holds, the outcome is the error
/// of the
/// failing transfer: custom 1 (InsufficientFunds of the token programs), for Raydium AMM v4 custom 40, which that
/// program
/// checks itself before its other checks.</item>
/// <item>Explained, not passed: the quote succeeds, and the executed instruction names other accounts than the product
/// writes. Such a case tests the program's checks of its account list (a wrong authority, missing arrays), not a swap
/// anyone would send: only codes of account validation are taken (see <see cref="IsAccountError"/>).</item>
/// <item>Explained, not passed: Raydium AMM v4 exact-out cases in which the vector's binary rounded the input down to
/// zero
/// (its ceiling division did so when twice the numerator is below the denominator) and then refused it with code 29.
/// The
/// current source rounds up; the file has no expected amounts for these.</item>
/// </list>
/// </summary>
internal static class ErrorRule
{
    /// <summary>Rule 4 in words.</summary>
    internal const string ForeignAccounts = "the vector's instruction names accounts the product would not send";

    /// <summary>Rule 5 in words.</summary>
    internal const string OldCeiling =
        "the vector's binary rounds a tiny input down to zero, the current source rounds up";

    private const uint TokenInsufficientFunds = 1;
    private const uint RaydiumAmmInsufficientFunds = 40;
    private const uint RaydiumAmmInvalidInput = 29;

    // Anchor: constraint errors 2000-2499, account errors 3000-3999. Raydium AMM v4: codes 1 to 13 refuse an account.
    private const uint AnchorConstraintFirst = 2000;
    private const uint AnchorConstraintLast = 2499;
    private const uint AnchorAccountFirst = 3000;
    private const uint AnchorAccountLast = 3999;
    private const uint RaydiumAmmAccountLast = 13;

    /// <summary>Rules 1 and 2.</summary>
    internal static bool Agrees(VectorError expected, QuoteStatus status, in SwapQuote quote)
    {
        if (status == QuoteStatus.Ok) return false;
        return expected.Code is { } code ? quote.ProgramErrorCode == code : quote.ProgramErrorCode == 0;
    }

    /// <summary>
    /// Rule 3: the code of the transfer that fails for lack of funds, or null if the user holds enough.
    /// <paramref name="debit"/> is what the swap debits without a threshold.
    /// </summary>
    internal static uint? FundsError(VenueId venue, ulong debit, ulong userBalance)
    {
        if (debit <= userBalance) return null;
        return venue == VenueId.RaydiumAmm ? RaydiumAmmInsufficientFunds : TokenInsufficientFunds;
    }

    /// <summary>Rule 4's codes.</summary>
    internal static bool IsAccountError(VenueId venue, VectorError error) =>
        error.Code is { } code
        && (code is >= AnchorConstraintFirst and <= AnchorConstraintLast
            || code is >= AnchorAccountFirst and <= AnchorAccountLast
            || (venue == VenueId.RaydiumAmm && code is >= 1 and <= RaydiumAmmAccountLast));

    /// <summary>Rule 5.</summary>
    internal static bool IsOldCeiling(VenueId venue, VectorError error, SwapMode mode, ulong amount) =>
        venue == VenueId.RaydiumAmm && mode == SwapMode.ExactOut && amount != 0 && error.Code == RaydiumAmmInvalidInput;
}
